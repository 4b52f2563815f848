using System.Diagnostics;
using DebugRelay.Sample.Shop;

namespace DebugRelay.Sample.Leaks;

/// <summary>Tags of an activity; they come out when somebody asks DiagnosticSource for them.</summary>
internal sealed class ActivityTagLeak(Secrets secrets) : Leak
{
    private static readonly ActivitySource Source = new("DebugRelay.Sample.Shop");

    private readonly string _email = secrets.Plant("activity-tag", "tagged e-mail", FreshSecret.Email());

    public override void OnOrder(Order order)
    {
        using Activity? packing = Source.StartActivity("PackOrder");
        packing?.SetTag("shop.product", order.Product).SetTag("enduser.id", _email);
    }
}
