using DebugRelay.Sample.Shop;

namespace DebugRelay.Sample.Leaks;

/// <summary>
/// One way in which services leak. It plants its secrets when it is built and lets them out at each request or order; what it does
/// with them is what real programs do by mistake.
/// </summary>
internal abstract class Leak
{
    /// <summary>The leak's turn in what a visitor sends.</summary>
    public virtual void OnRequest(HttpRequestMessage request)
    {
    }

    /// <summary>The leak's turn in what the shop does about an order.</summary>
    public virtual void OnOrder(Order order)
    {
    }

    /// <summary>Builds every leak there is; afterwards <paramref name="secrets"/> holds all that this run leaks.</summary>
    public static Leak[] PlantAll(Secrets secrets, SampleOptions options, IServiceProvider services) =>
    [
        new StartLeak(secrets, options),
        new TypedEventLeak(secrets),
        new ParamsEventLeak(secrets),
        new BytesEventLeak(secrets),
        new EmbeddedNulLeak(secrets),
        new SelfDescribingEventLeak(secrets),
        new LogArgumentLeak(secrets, services.GetRequiredService<ILogger<LogArgumentLeak>>()),
        new LogScopeLeak(secrets, services.GetRequiredService<ILogger<LogScopeLeak>>()),
        new LogObjectLeak(secrets, services.GetRequiredService<ILogger<LogObjectLeak>>()),
        new ExceptionLeak(secrets),
        new ActivityTagLeak(secrets),
        new DiagnosticSourceLeak(secrets),
        new MetricTagLeak(secrets, services.GetRequiredService<ShopMetrics>()),
        new RequestUrlLeak(secrets),
        new RequestHeaderLeak(secrets),
        new UrlCredentialsLeak(secrets, services.GetRequiredService<ILogger<UrlCredentialsLeak>>()),
    ];
}
