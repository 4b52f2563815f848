using DebugRelay.Sample.Shop;

namespace DebugRelay.Sample.Leaks;

/// <summary>Typed string arguments of manifest events.</summary>
internal sealed class TypedEventLeak(Secrets secrets) : Leak
{
    private readonly string _email = secrets.Plant("typed-string", "customer e-mail", FreshSecret.Email());
    private readonly string _card = secrets.Plant("typed-string", "customer card", FreshSecret.Card());
    private readonly string _jwt = secrets.Plant("typed-token", "payment JWT", FreshSecret.Jwt());

    public override void OnOrder(Order order)
    {
        ShopEvents.Log.OrderPlaced(order.Id, _email, _card, order.Amount, $"{order.Product}. {Catalogue.Note}");
        ShopEvents.Log.PaymentAuthorized(_jwt);
    }
}
