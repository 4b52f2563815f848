using DebugRelay.Cli.Connection;
using DebugRelay.NetTrace;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Observing;

/// <summary>Makes a process collect its heap once, and takes down what is in it.</summary>
internal static class HeapSnapshot
{
    /// <summary>The target's buffer: it walks its heap while it stands still, faster than anybody reads.</summary>
    public const int DefaultBufferMegabytes = 256;

    // GC, Type, GCHeapDump, GCHeapCollect, GCHeapAndTypeNames.
    private const ulong HeapDump = 0x1 | 0x8_0000 | 0x10_0000 | EventPipeShapes.CollectHeap | 0x100_0000;
    private const int Verbose = 5;

    // A heap of some hundred GB; then the host ends it.
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(10);

    /// <param name="session">The session.</param>
    /// <param name="target">The process; it stands still while its heap is walked.</param>
    /// <param name="bufferMegabytes">The target's buffer.</param>
    /// <param name="onProgress">Is told how many objects there are so far.</param>
    /// <param name="stop">Gives up: half a heap is none.</param>
    /// <exception cref="Failures.OperationCutException">The process ended, or access did.</exception>
    public static async Task<HeapGraph> TakeAsync(Session session, TargetProcess target, int bufferMegabytes, Action<long> onProgress, CancellationToken stop)
    {
        var order = new EventPipeOrder([new TraceProvider(EventPipeShapes.Runtime, HeapDump, Verbose)], bufferMegabytes, Rundown: false, AtMost, Stacks: false);
        await using Operation operation = await session.StartAsync(new OperationOrder(Operations.GcDump, target, order), stop);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var graph = new HeapGraph();
        OperationEnd end = await StackedEvents.ReadAsync(operation, Observe, null, over.Token);
        stop.ThrowIfCancellationRequested();
        if (end.Partial)
            throw Operation.Cut(end);
        return graph.IsOver ? graph : throw new Failures.LocalException("the process did not tell of its heap", "it may be collecting already: try again");

        void Observe(NetTraceEvent each, ReadOnlySpan<ulong> stack, DateTime time)
        {
            bool wasOver = graph.IsOver;
            graph.Observe(each);
            onProgress(graph.Nodes.Count);
            if (graph.IsOver && !wasOver)
                over.Cancel();
        }
    }
}
