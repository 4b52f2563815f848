using DebugRelay.Cli.Connection;
using DebugRelay.NetTrace;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Observing;

/// <summary>The managed stacks of all threads of a process at one moment, from a short sample.</summary>
internal static class StackSnapshot
{
    /// <summary>A frame whose method the runtime did not name.</summary>
    public const string Unknown = "[unknown]";

    /// <summary>Samples come every 10 ms or so; on a busy host a little later.</summary>
    public static readonly TimeSpan DefaultSample = TimeSpan.FromMilliseconds(250);

    // The host ends it by itself if this client should not.
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(30);

    /// <summary>Samples, and names what was found.</summary>
    /// <param name="session">The session.</param>
    /// <param name="target">The process.</param>
    /// <param name="sample">How long; the last stack of each thread counts.</param>
    /// <param name="cancellation">Stops early.</param>
    /// <exception cref="Failures.OperationCutException">The process ended, or access did.</exception>
    public static async Task<StackReport> TakeAsync(Session session, TargetProcess target, TimeSpan sample, CancellationToken cancellation)
    {
        var order = new EventPipeOrder(
            [new TraceProvider(EventPipeShapes.SampleProfiler, ulong.MaxValue, Level: 4)], EventPipeOrder.DefaultBufferMegabytes, Rundown: true, AtMost);
        await using Operation operation = await session.StartAsync(new OperationOrder(Operations.Stacks, target, order), cancellation);
        var names = new MethodNames();
        var latest = new Dictionary<ulong, ulong[]>();
        OperationEnd end = await StackedEvents.ReadAsync(operation, Observe, sample, cancellation);
        return end.Partial ? throw Operation.Cut(end) : Report(latest, names);

        void Observe(NetTraceEvent each, ReadOnlySpan<ulong> stack, DateTime time)
        {
            if (each.Type.Provider == EventPipeShapes.SampleProfiler)
                latest[each.Thread] = stack.ToArray();
            else
                names.Observe(each);
        }
    }

    private static StackReport Report(Dictionary<ulong, ulong[]> stacks, MethodNames names)
    {
        IEnumerable<StackGroup> groups =
            from thread in stacks
            let frames = Frames(thread.Value, names)
            where frames.Length > 0
            group thread.Key by string.Join('\n', frames) into alike
            orderby alike.Count() descending, alike.Min()
            select new StackGroup([.. alike.Order()], alike.Key.Split('\n'));
        return new StackReport([.. groups]);
    }

    private static string[] Frames(ulong[] addresses, MethodNames names)
    {
        var frames = new List<string>();
        foreach (ulong address in addresses)
        {
            string frame = names.Find(address)?.ToString() ?? Unknown;
            // The runtime's own stubs between two methods are of no interest one by one.
            if (frame != Unknown || frames is [] or [.., not Unknown])
                frames.Add(frame);
        }
        return [.. frames];
    }
}

/// <summary>The stacks of a process.</summary>
/// <param name="Groups">The stack that most threads have first.</param>
internal sealed record StackReport(StackGroup[] Groups)
{
    public int Threads => Groups.Sum(group => group.Threads.Length);
}

/// <summary>Threads with the same stack.</summary>
/// <param name="Threads">Their ids in the system.</param>
/// <param name="Frames">Innermost first.</param>
internal sealed record StackGroup(ulong[] Threads, string[] Frames);
