using DebugRelay.Cli.Connection;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Cli.Forwarding;

/// <summary>What a tool's session is asked for as. The host decides whether it is that; this only chooses the least that will do.</summary>
/// <param name="maxBufferMegabytes">What the target is asked for at most: tools ask for up to 1024 MB of its memory.</param>
internal sealed class OperationChoice(int maxBufferMegabytes)
{
    /// <summary>What a role allows where its policy says nothing.</summary>
    public const int DefaultMaxBuffer = 256;

    private const string Metrics = "System.Diagnostics.Metrics";

    /// <param name="asked">What the tool wants.</param>
    /// <param name="allowed">What the policy lets the caller do with the process.</param>
    /// <returns>The first fitting operation that is allowed; where none is, the narrowest, so that the refusal names what is missing.</returns>
    public (string Operation, EventPipeOrder Order) For(EventPipeOrder asked, IReadOnlyCollection<string> allowed)
    {
        EventPipeOrder order = asked with { BufferMegabytes = Math.Clamp(asked.BufferMegabytes, 1, maxBufferMegabytes) };
        List<string> fitting = [.. EventPipeShapes.Fitting([.. order.Providers.Select(provider => new EventProvider(provider.Name, provider.Keywords, provider.Level))])];
        if (!order.Rundown && order.Providers.All(AsksForCounters))
            fitting.Insert(0, Operations.Counters);
        // Samples whose methods nobody will name: that is how dotnet-gcdump begins.
        if (!order.Rundown && fitting.Contains(Operations.GcDump))
            fitting.Insert(0, Operations.GcDump);
        string operation = fitting.FirstOrDefault(allowed.Contains) ?? fitting[0];
        return (operation, operation == Operations.Counters ? CountersOf(order) : order);
    }

    private static bool AsksForCounters(TraceProvider provider) => provider.Name == Metrics
        || (provider.Keywords == 0 && (provider.Arguments ?? "").StartsWith("EventCounterIntervalSec=", StringComparison.Ordinal));

    /// <summary>A provider publishes its counters at any level: at the lowest nothing else comes along, and the host takes it for counters.</summary>
    private static EventPipeOrder CountersOf(EventPipeOrder order)
        => order with { Providers = [.. order.Providers.Select(provider => provider.Name == Metrics ? provider : provider with { Level = 0 })] };
}
