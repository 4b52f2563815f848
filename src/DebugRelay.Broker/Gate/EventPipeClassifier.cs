using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;

namespace DebugRelay.Broker.Gate;

/// <summary>Checks a request for an EventPipe session against a fixed list, and builds it anew. What is not on the list is not sent.</summary>
internal static class EventPipeClassifier
{
    private const string MetricsProvider = ArgumentList.MetricsProvider;

    /// <summary>An EventSource publishes its counters at level 0 and without a keyword: asked for so, it sends them and no event of its own.</summary>
    private const uint CountersLevel = 0;

    /// <summary>What the usual tools ask counters with; lowered to <see cref="CountersLevel"/>.</summary>
    private const uint HighestCountersLevel = 2;

    /// <summary>Builds the session that will be asked of the target.</summary>
    /// <param name="operation">What the session is to be.</param>
    /// <param name="parameters">What was asked.</param>
    /// <param name="allowed">Arguments that providers may be given beside those of counters.</param>
    /// <exception cref="ProtocolException">The request is no <paramref name="operation"/>, or none that may be sent at all.</exception>
    public static EventPipeRequest Check(string operation, EventPipeParameters parameters, ProviderArguments allowed)
    {
        TimeSpan duration = parameters.DurationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Limits.Trace;
        if (duration > Limits.Trace)
            throw Bad($"the duration must be at most {Limits.Trace.TotalMinutes:0} minutes");
        if (parameters.Providers.Count == 0)
            throw Bad("there is no provider");
        List<EventPipeProvider> providers = [.. parameters.Providers.Select(p => Build(operation, p, allowed))];
        if (operation == Operations.Counters && parameters.Rundown)
            throw Bad("counters have no rundown");
        if (operation == Operations.Counters)
            providers = [.. providers.Select(p => p.Name == MetricsProvider ? p : p with { Level = CountersLevel })];
        var request = new EventPipeRequest(providers, parameters.BufferMegabytes, parameters.Rundown, duration, parameters.Stacks);
        return request.Encode(withStackSwitch: true).Length <= DiagnosticsIpc.MaximumPayload
            ? request
            : throw Bad($"the providers need more than the {DiagnosticsIpc.MaximumPayload} bytes that a runtime takes");
    }

    private static EventPipeProvider Build(string operation, EventProvider asked, ProviderArguments allowed)
    {
        if (asked.Level > 5)
            throw Bad($"provider {asked.Name}: levels go from 0 to 5");
        if (EventPipeShapes.ProblemFor(operation, asked) is { } beyond)
            throw Bad($"{beyond}: ask for {Operations.Trace}");
        if (operation != Operations.GcDump && asked.Name == EventPipeShapes.Runtime && (asked.Keywords & EventPipeShapes.CollectHeap) != 0)
            throw Bad($"provider {asked.Name}: keyword 0x{EventPipeShapes.CollectHeap:x} forces garbage collections in the process; leave it out, or ask for {Operations.GcDump}");
        ArgumentList arguments = ArgumentList.Parse(asked.Arguments ?? "")
            ?? throw Bad($"provider {asked.Name}: its arguments are not of the form KEY=VALUE;KEY=\"VALUE\"");
        if (arguments.FirstUnknown(asked.Name, allowed) is { } unknown)
            throw Bad($"provider {asked.Name}: its argument {unknown} is not on the list of those that may be sent (providerArguments of the host's scrub profile)");
        var provider = new EventPipeProvider(asked.Name, asked.Keywords, (uint)asked.Level, arguments.ToString());
        if (operation == Operations.Counters && !CountsOnly(provider, arguments))
            throw Bad($"provider {asked.Name} does not give counters alone: ask for {Operations.Trace}");
        return provider;
    }

    /// <summary>True for the metrics provider, and for an EventSource asked for its counters and no events: it then sends numbers and their names.</summary>
    private static bool CountsOnly(EventPipeProvider provider, ArgumentList arguments)
        => arguments.AskForCounters(provider.Name) && (provider.Name == MetricsProvider || provider is { Keywords: 0, Level: <= HighestCountersLevel });

    private static ProtocolException Bad(string message) => new(ErrorCode.BadRequest, message);
}
