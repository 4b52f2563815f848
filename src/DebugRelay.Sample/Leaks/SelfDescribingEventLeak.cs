using System.Diagnostics.Tracing;
using DebugRelay.Sample.Shop;

namespace DebugRelay.Sample.Leaks;

/// <summary>A self-describing event with an object in an object and an array of objects.</summary>
internal sealed class SelfDescribingEventLeak : Leak
{
    private readonly Customer _customer;

    public SelfDescribingEventLeak(Secrets secrets)
    {
        string email = secrets.Plant("self-describing-nested", "account e-mail", FreshSecret.Email());
        string card = secrets.Plant("self-describing-nested", "account card", FreshSecret.Card());
        string token = secrets.Plant("self-describing-array", "device token", FreshSecret.Jwt());
        _customer = new Customer(email, new Wallet(card, "12/31"), [new Device("phone", token)]);
    }

    public override void OnOrder(Order order) => ShopEvents.Log.Write("CustomerSeen", new Visit(order.Id, _customer, order.Product));

    [EventData]
    private sealed record Visit(string OrderId, Customer Customer, string Product);

    [EventData]
    private sealed record Customer(string Email, Wallet Wallet, Device[] Devices);

    [EventData]
    private sealed record Wallet(string Card, string Expires);

    [EventData]
    private sealed record Device(string Name, string Token);
}
