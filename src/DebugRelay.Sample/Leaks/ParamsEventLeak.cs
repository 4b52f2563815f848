using DebugRelay.Sample.Shop;

namespace DebugRelay.Sample.Leaks;

/// <summary>A key=value pair inside one argument among many of an event written by the params overload.</summary>
internal sealed class ParamsEventLeak(Secrets secrets) : Leak
{
    private readonly string _key = secrets.Plant("params-overload", "API key", FreshSecret.Key());

    public override void OnOrder(Order order) =>
        ShopEvents.Log.PaymentRetried(order.Id, attempt: 2, final: false, Guid.NewGuid(), $"charge api_key={_key} currency=EUR", DateTime.UtcNow);
}
