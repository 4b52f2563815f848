using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;

namespace DebugRelay.Broker.Gate;

/// <summary>Checks a request for an EventPipe session against a fixed list, and builds it anew. What is not on the list is not sent.</summary>
internal static class EventPipeClassifier
{
    /// <summary>The keyword that makes the runtime collect the heap at each start of a trace: a cost to the target, so it is an operation of its own.</summary>
    private const ulong CollectHeap = 0x800000;

    private const string RuntimeProvider = "Microsoft-Windows-DotNETRuntime";
    private const string MetricsProvider = "System.Diagnostics.Metrics";
    private const string CounterInterval = "EventCounterIntervalSec";

    /// <summary>An EventSource publishes its counters at level 0 and without a keyword: asked for so, it sends them and no event of its own.</summary>
    private const uint CountersLevel = 0;

    /// <summary>What the usual tools ask counters with; lowered to <see cref="CountersLevel"/>.</summary>
    private const uint HighestCountersLevel = 2;

    /// <summary>Arguments of the metrics provider, as the runtime's MetricsEventSource reads them.</summary>
    private static readonly HashSet<string> MetricsArguments =
        ["SessionId", "Metrics", "RefreshInterval", "MaxTimeSeries", "MaxHistograms", "ClientId"];

    /// <summary>Builds the session that will be asked of the target.</summary>
    /// <exception cref="ProtocolException">The request is no <paramref name="operation"/>, or none that may be sent at all.</exception>
    public static EventPipeRequest Check(string operation, EventPipeParameters parameters)
    {
        TimeSpan duration = parameters.DurationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Limits.Trace;
        if (duration > Limits.Trace)
            throw Bad($"the duration must be at most {Limits.Trace.TotalMinutes:0} minutes");
        if (parameters.Providers.Count == 0)
            throw Bad("there is no provider");
        var providers = parameters.Providers.Select(p => new EventPipeProvider(p.Name, p.Keywords, (uint)p.Level, p.Arguments ?? "")).ToList();
        foreach (EventPipeProvider provider in providers)
            Check(operation, provider);
        if (operation == Operations.Counters && parameters.Rundown)
            throw Bad("counters have no rundown");
        if (operation == Operations.Counters)
            providers = [.. providers.Select(p => p.Name == MetricsProvider ? p : p with { Level = CountersLevel })];
        var request = new EventPipeRequest(providers, parameters.BufferMegabytes, parameters.Rundown, duration);
        return request.Encode(withStackSwitch: true).Length <= DiagnosticsIpc.MaximumPayload
            ? request
            : throw Bad($"the providers need more than the {DiagnosticsIpc.MaximumPayload} bytes that a runtime takes");
    }

    private static void Check(string operation, EventPipeProvider provider)
    {
        if (provider.Level > 5)
            throw Bad($"provider {provider.Name}: levels go from 0 to 5");
        if (provider.Name == RuntimeProvider && (provider.Keywords & CollectHeap) != 0)
            throw Bad($"provider {provider.Name}: keyword 0x{CollectHeap:x} forces garbage collections in the process; leave it out");
        if (provider.Arguments.Length > 0 && !IsKnown(provider))
            throw Bad($"provider {provider.Name}: its arguments are not on the list of those that may be sent");
        if (operation == Operations.Counters && !CountsOnly(provider))
            throw Bad($"provider {provider.Name} does not give counters alone: ask for {Operations.Trace}");
    }

    /// <summary>Arguments that ask for counters and reach into nothing else; a trace may have them beside its events.</summary>
    private static bool IsKnown(EventPipeProvider provider)
    {
        IReadOnlyList<(string Key, string Value)>? arguments = Arguments(provider.Arguments);
        if (arguments is null or [])
            return false;
        return provider.Name == MetricsProvider
            ? arguments.All(a => MetricsArguments.Contains(a.Key))
            : arguments is [var only] && only.Key == CounterInterval && IsInterval(only.Value);
    }

    /// <summary>True for the metrics provider, and for an EventSource asked for its counters and no events: it then sends numbers and their names.</summary>
    private static bool CountsOnly(EventPipeProvider provider)
        => IsKnown(provider) && (provider.Name == MetricsProvider || provider is { Keywords: 0, Level: <= HighestCountersLevel });

    private static bool IsInterval(string value)
        => int.TryParse(value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int seconds) && seconds is >= 1 and <= 60;

    /// <summary>Reads `key=value;key=value`, where a value may stand in quotes as the runtime allows.</summary>
    private static List<(string Key, string Value)>? Arguments(string arguments)
    {
        var read = new List<(string, string)>();
        foreach (string part in arguments.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || part.AsSpan().ContainsAny('"', '\0'))
                return null;
            read.Add((part[..equals], part[(equals + 1)..]));
        }
        return read;
    }

    private static ProtocolException Bad(string message) => new(ErrorCode.BadRequest, message);
}
