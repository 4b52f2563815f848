using System.Text.Json;
using DebugRelay.Sample.Shop;

namespace DebugRelay.Sample.Leaks;

/// <summary>A whole object logged as JSON: in the log's own JSON it is a string with every quote escaped.</summary>
internal sealed partial class LogObjectLeak(Secrets secrets, ILogger<LogObjectLeak> logger) : Leak
{
    private readonly string _email = secrets.Plant("log-json", "e-mail in JSON", FreshSecret.Email());
    private readonly string _password = secrets.Plant("log-json", "password in JSON", FreshSecret.Password());
    private readonly string _card = secrets.Plant("log-json", "card in JSON", FreshSecret.CardInGroups());

    public override void OnOrder(Order order)
    {
        if (!logger.IsEnabled(LogLevel.Information)) return;
        Log.Received(logger, JsonSerializer.Serialize(new
        {
            orderId = order.Id,
            product = order.Product,
            customer = new { email = _email, password = _password, payment = new { card = _card } },
        }));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Received {Body}")]
        public static partial void Received(ILogger logger, string body);
    }
}
