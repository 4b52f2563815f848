using DebugRelay.Sample.Shop;

namespace DebugRelay.Sample.Leaks;

/// <summary>A tag of a metric: one time series for each customer, named by the e-mail.</summary>
internal sealed class MetricTagLeak(Secrets secrets, ShopMetrics metrics) : Leak
{
    private readonly string _email = secrets.Plant("metric-tag", "measured e-mail", FreshSecret.Email());

    public override void OnOrder(Order order) => metrics.OrdersByCustomer.Add(1, new KeyValuePair<string, object?>("customer", _email));
}
