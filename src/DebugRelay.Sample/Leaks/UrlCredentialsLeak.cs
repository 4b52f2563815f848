using DebugRelay.Sample.Shop;

namespace DebugRelay.Sample.Leaks;

/// <summary>User and password inside a URL that is logged.</summary>
internal sealed partial class UrlCredentialsLeak(Secrets secrets, ILogger<UrlCredentialsLeak> logger) : Leak
{
    private readonly string _password = secrets.Plant("url-credentials", "password of a URL", FreshSecret.Password());

    public override void OnOrder(Order order) => Log.Calling(logger, order.Id, $"https://shop:{_password}@payments.example/charge");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Charging {OrderId} at {Url}")]
        public static partial void Calling(ILogger logger, string orderId, string url);
    }
}
