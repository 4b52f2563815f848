using DebugRelay.Sample.Shop;

namespace DebugRelay.Sample.Leaks;

/// <summary>Arguments of a log message: they stand in the formatted message, in its arguments, and in its JSON.</summary>
internal sealed partial class LogArgumentLeak(Secrets secrets, ILogger<LogArgumentLeak> logger) : Leak
{
    private readonly string _email = secrets.Plant("log-argument", "logged e-mail", FreshSecret.Email());
    private readonly string _password = secrets.Plant("log-argument", "password of a connection string", FreshSecret.Password());

    public override void OnOrder(Order order)
    {
        Log.Confirming(logger, order.Id, _email, order.Product);
        Log.Storing(logger, order.Id, $"Server=db.shop.example;Database=orders;User Id=shop;Password={_password};Encrypt=true");
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Confirming {OrderId} to {Email}: {Product}")]
        public static partial void Confirming(ILogger logger, string orderId, string email, string product);

        [LoggerMessage(2, LogLevel.Warning, "Storing {OrderId} anew over {Connection}")]
        public static partial void Storing(ILogger logger, string orderId, string connection);
    }
}
