using System.Diagnostics.Tracing;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Xunit;

namespace DebugRelay.FunctionalTests.Sample;

/// <summary>One sample process and one unscrubbed trace of it, taken straight from its runtime and shared by the tests of its leaks.</summary>
public sealed class LeakTrace : IAsyncLifetime
{
    // The trace ends once everything planted was seen, after a second or two; this bounds the wait for what never comes.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly string[] LogEvents =
        ["Microsoft-Extensions-Logging/FormattedMessage", "Microsoft-Extensions-Logging/Message", "Microsoft-Extensions-Logging/MessageJson"];

    /// <summary>Where each surface must show its secrets: "Provider/Event" as TraceEvent names it.</summary>
    internal static readonly IReadOnlyDictionary<string, string[]> EventsOfSurface = new Dictionary<string, string[]>
    {
        ["typed-string"] = ["DebugRelay-Sample-Shop/OrderPlaced"],
        ["typed-token"] = ["DebugRelay-Sample-Shop/PaymentAuthorized"],
        ["params-overload"] = ["DebugRelay-Sample-Shop/PaymentRetried"],
        ["bytes-utf8"] = ["DebugRelay-Sample-Shop/CartDumped"],
        ["bytes-utf16"] = ["DebugRelay-Sample-Shop/CartDumped"],
        ["embedded-nul"] = ["DebugRelay-Sample-Shop/VoucherPrinted"],
        ["self-describing-nested"] = ["DebugRelay-Sample-Shop/CustomerSeen"],
        ["self-describing-array"] = ["DebugRelay-Sample-Shop/CustomerSeen"],
        ["log-argument"] = LogEvents,
        ["log-scope"] = ["Microsoft-Extensions-Logging/ActivityJson/Start"],
        ["log-json"] = LogEvents,
        ["exception-message"] = ["Microsoft-Windows-DotNETRuntime/Exception/Start"],
        ["activity-tag"] = ["Microsoft-Diagnostics-DiagnosticSource/Activity/Stop"],
        ["diagnostic-source"] = ["Microsoft-Diagnostics-DiagnosticSource/Event"],
        ["metric-tag"] = ["System.Diagnostics.Metrics/CounterRateValuePublished"],
        ["url-query"] = [.. LogEvents, "System.Net.Http/Request/Start"],
        ["header"] = LogEvents,
        ["url-credentials"] = LogEvents,
        ["command-line"] = ["Microsoft-DotNETCore-EventPipe/ProcessInfo"],
    };

    /// <summary>Names of figures, and the events that must carry them.</summary>
    internal static readonly (string Figure, string Event)[] Figures =
    [
        ("orders", "DebugRelay-Sample-Shop/EventCounters"),
        ("order-amount", "DebugRelay-Sample-Shop/EventCounters"),
        ("shop.orders", "System.Diagnostics.Metrics/CounterRateValuePublished"),
        ("shop.order.amount", "System.Diagnostics.Metrics/HistogramValuePublished"),
    ];

    internal SampleProcess Sample { get; private set; } = null!;

    internal Sightings Sightings { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Sample = await SampleProcess.StartAsync();
        Sightings = new Sightings([.. Sample.Secrets.Select(secret => secret.Value), .. Sample.Harmless, .. Figures.Select(figure => figure.Figure)]);
        var client = new DiagnosticsClient(Sample.Id);
        using EventPipeSession session = await client.StartEventPipeSessionAsync(Providers(), requestRundown: false, 64, CancellationToken.None);
        await Task.Run(() => ReadUntilAllIsSeen(session));
    }

    public ValueTask DisposeAsync() => Sample.DisposeAsync();

    private void ReadUntilAllIsSeen(EventPipeSession session)
    {
        DateTime deadline = DateTime.UtcNow + Limit;
        Task? stop = null;
        using var source = new EventPipeEventSource(session.EventStream);
        source.Dynamic.All += Take;
        source.Clr.All += Take;
        source.Process();
        stop?.Wait();

        void Take(TraceEvent @event)
        {
            Sightings.Look(@event);

            // The runtime answers the stop after the rest of the stream was read, so it must not be waited for here.
            if (stop is null && (AllIsSeen() || DateTime.UtcNow > deadline)) stop = session.StopAsync(CancellationToken.None);
        }
    }

    // The command line is not waited for: the runtime sends ProcessInfo when the session ends.
    private bool AllIsSeen() =>
        Figures.All(figure => Sightings.Has(figure.Figure, figure.Event))
        && Sample.Harmless.All(text => Sightings.EventsWith(text).Any())
        && Sample.Secrets.Where(secret => secret.Surface != "command-line").All(secret =>
            EventsOfSurface.GetValueOrDefault(secret.Surface, []).All(@event => Sightings.Has(secret.Value, @event)));

    private static EventPipeProvider[] Providers() =>
    [
        new("DebugRelay-Sample-Shop", EventLevel.Verbose, (long)EventKeywords.All, new Dictionary<string, string>
        {
            ["EventCounterIntervalSec"] = "1",
        }),
        new("Microsoft-Extensions-Logging", EventLevel.Verbose, 0x2 | 0x4 | 0x8),
        new("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, 0x8000),
        new("System.Net.Http", EventLevel.Informational),
        new("Microsoft-Diagnostics-DiagnosticSource", EventLevel.Verbose, 0x2, new Dictionary<string, string>
        {
            ["FilterAndPayloadSpecs"] = "[AS]DebugRelay.Sample.Shop/Stop:-DisplayName;Tags=TagObjects.*Enumerate\n"
                + "DebugRelay.Sample.Payments/Charge:-Product;Payer;Password",
        }),
        new("System.Diagnostics.Metrics", EventLevel.Informational, 0x2, new Dictionary<string, string>
        {
            ["SessionId"] = Guid.NewGuid().ToString(),
            ["Metrics"] = "DebugRelay.Sample",
            ["RefreshInterval"] = "1",
        }),
    ];
}
