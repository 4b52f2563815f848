using DebugRelay.Sample.Shop;

namespace DebugRelay.Sample.Leaks;

/// <summary>Values of a log scope: the message inside it is harmless.</summary>
internal sealed partial class LogScopeLeak(Secrets secrets, ILogger<LogScopeLeak> logger) : Leak
{
    private readonly string _email = secrets.Plant("log-scope", "scope e-mail", FreshSecret.Email());
    private readonly string _token = secrets.Plant("log-scope", "scope session token", FreshSecret.Token());

    public override void OnOrder(Order order)
    {
        using (Log.InSession(logger, _email, $"session_token={_token}")) Log.Packing(logger, order.Product);
    }

    private static partial class Log
    {
        public static readonly Func<ILogger, string, string, IDisposable?> InSession =
            LoggerMessage.DefineScope<string, string>("Customer {Email}, session {Session}");

        [LoggerMessage(1, LogLevel.Information, "Packing {Product}")]
        public static partial void Packing(ILogger logger, string product);
    }
}
