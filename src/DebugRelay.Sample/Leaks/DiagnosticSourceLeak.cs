using System.Diagnostics;
using DebugRelay.Sample.Shop;

namespace DebugRelay.Sample.Leaks;

/// <summary>Properties of an object given to a DiagnosticListener; they come out when somebody asks DiagnosticSource for them.</summary>
internal sealed class DiagnosticSourceLeak(Secrets secrets) : Leak
{
    private static readonly DiagnosticListener Listener = new("DebugRelay.Sample.Payments");

    private readonly string _password = secrets.Plant("diagnostic-source", "password of a payment", FreshSecret.Password());
    private readonly string _email = secrets.Plant("diagnostic-source", "payer e-mail", FreshSecret.Email());

    public override void OnOrder(Order order)
    {
        if (Listener.IsEnabled("Charge")) Listener.Write("Charge", new Charge(order.Product, _email, _password));
    }

    private sealed record Charge(string Product, string Payer, string Password);
}
