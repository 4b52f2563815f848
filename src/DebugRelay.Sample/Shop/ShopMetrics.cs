using System.Diagnostics.Metrics;

namespace DebugRelay.Sample.Shop;

/// <summary>The shop's figures, in both of .NET's ways: a meter, and the event counters of <see cref="ShopEvents"/>.</summary>
internal sealed class ShopMetrics : IDisposable
{
    private readonly Meter _meter = new("DebugRelay.Sample");
    private readonly Histogram<double> _amounts;

    public ShopMetrics()
    {
        OrdersByCustomer = _meter.CreateCounter<long>("shop.orders", "{order}", "Orders placed");
        _amounts = _meter.CreateHistogram<double>("shop.order.amount", "EUR", "Amounts of the orders");
    }

    public Counter<long> OrdersByCustomer { get; }

    public void Count(Order order)
    {
        _amounts.Record(order.Amount, new KeyValuePair<string, object?>("product", order.Product));
        ShopEvents.Log.CountOrder(order.Amount);
    }

    public void Dispose() => _meter.Dispose();
}
