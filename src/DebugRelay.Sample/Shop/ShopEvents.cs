using System.Diagnostics.Tracing;

namespace DebugRelay.Sample.Shop;

/// <summary>The shop's own events, by manifest; <see cref="Leaks.SelfDescribingEventLeak"/> writes self-describing ones on the same source.</summary>
[EventSource(Name = ProviderName)]
internal sealed class ShopEvents : EventSource
{
    public const string ProviderName = "DebugRelay-Sample-Shop";

    public static readonly ShopEvents Log = new();

    private readonly IncrementingEventCounter _orders;
    private readonly EventCounter _amounts;

    private ShopEvents()
    {
        _orders = new IncrementingEventCounter("orders", this) { DisplayName = "Orders", DisplayRateTimeScale = TimeSpan.FromSeconds(1) };
        _amounts = new EventCounter("order-amount", this) { DisplayName = "Order amount", DisplayUnits = "EUR" };
    }

    [NonEvent]
    public void CountOrder(double amount)
    {
        _orders.Increment();
        _amounts.WriteMetric(amount);
    }

    [Event(1, Level = EventLevel.Informational)]
    public void OrderPlaced(string orderId, string email, string card, double amount, string note) =>
        WriteEvent(1, orderId, email, card, amount, note);

    [Event(2, Level = EventLevel.Informational)]
    public void PaymentAuthorized(string token) => WriteEvent(2, token);

    /// <summary>No overload of WriteEvent fits these types: it goes the slow way, by an array of objects.</summary>
    [Event(3, Level = EventLevel.Warning)]
    public void PaymentRetried(string orderId, int attempt, bool final, Guid request, string command, DateTime at) =>
        WriteEvent(3, orderId, attempt, final, request, command, at);

    [Event(4, Level = EventLevel.Informational)]
    public void CartDumped(int cart, byte[] utf8, byte[] utf16) => WriteEvent(4, cart, utf8, utf16);

    /// <summary>A string that goes on behind a NUL: readers of the trace stop at it, the bytes behind it are there all the same.</summary>
    [Event(5, Level = EventLevel.Informational)]
    public void VoucherPrinted(string orderId, string text) => WriteEvent(5, orderId, text);
}
