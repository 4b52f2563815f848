using DebugRelay.Sample.Shop;

namespace DebugRelay.Sample.Leaks;

/// <summary>The message of an exception that is thrown and caught; the runtime itself reports it.</summary>
internal sealed class ExceptionLeak(Secrets secrets) : Leak
{
    private readonly string _token = secrets.Plant("exception-message", "bearer token", FreshSecret.Token());
    private readonly string _email = secrets.Plant("exception-message", "refused e-mail", FreshSecret.Email());

    public override void OnOrder(Order order)
    {
        try
        {
            Charge(order);
        }
        catch (InvalidOperationException)
        {
            // The shop lives on: what matters here is that the exception was thrown.
        }
    }

    private void Charge(Order order) =>
        throw new InvalidOperationException($"No funds for {order.Product} of {_email} (Authorization: Bearer {_token})");
}
