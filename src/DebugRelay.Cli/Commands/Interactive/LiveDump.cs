using System.Buffers;
using DebugRelay.Cli.Commands.Dump;
using DebugRelay.Cli.Commands.Scrub;
using DebugRelay.Cli.Commands.Trace;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Text;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Interactive;

/// <summary>Dumps for the screens: into a file of the folder that the client was started in.</summary>
/// <param name="session">The session to begin with.</param>
/// <param name="open">Opens another where the link breaks: the host keeps a dump for a while.</param>
internal sealed class LiveDump(Session session, Func<CancellationToken, Task<Session>> open)
{
    private const int TypesNoted = 14;

    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>Objects and types of the heap, no content.</summary>
    public async Task<DumpOutcome> HeapAsync(TargetProcess process, Action<DumpStatus> onProgress, CancellationToken stop)
    {
        HeapGraph graph = await HeapSnapshot.TakeAsync(
            session, process, HeapSnapshot.DefaultBufferMegabytes, objects => onProgress(new DumpStatus($"{Amounts.Count(objects)} objects", 0, null)), stop);
        await using ResultFile file = ResultFile.Create(NameFor(process, "gcdump"), overwrite: false);
        using var content = new MemoryStream();
        GcDumpFile.Write(content, graph, process.Name, process.Pid, session.Hello.Host, DateTime.UtcNow);
        await file.AppendAsync(new ReadOnlySequence<byte>(content.ToArray()), CancellationToken.None);
        await file.FinishAsync();
        IReadOnlyList<HeapType> types = graph.ByType();
        return new DumpOutcome(file.Path, file.Length,
        [
            $"{Amounts.Count(graph.Nodes.Count)} objects, {Amounts.Bytes(types.Sum(type => type.Bytes))}, {Amounts.Count(types.Count)} types{(graph.HasGaps ? "; parts are missing" : "")}",
            .. types.Take(TypesNoted).Select(type => $"{Amounts.Bytes(type.Bytes),8}  {Amounts.Count(type.Count),10}  {type.Type}"),
        ]);
    }

    /// <summary>Memory, sanitised on the host.</summary>
    public async Task<DumpOutcome> MemoryAsync(TargetProcess process, string type, Action<DumpStatus> onProgress, CancellationToken stop)
    {
        await using ResultFile file = ResultFile.Create(NameFor(process, "dmp"), overwrite: false);
        var telling = new Telling(onProgress);
        var fetch = new DumpFetch(open, TimeProvider.System) { Progressed = telling.Tell, Lost = why => onProgress(new DumpStatus($"{why}; the dump waits on the host, trying again", file.Length, null)) };
        try
        {
            OperationEnd end = await fetch.RunAsync(session, new WantedDump(WantedDump.Types[type], process), WriteAsync, stop);
            if (end.Partial)
                throw stop.IsCancellationRequested ? new LocalException("given up; nothing was kept", null) : Operation.Cut(end);
            await file.FinishAsync();
            return new DumpOutcome(file.Path, file.Length, Notes(end));
        }
        catch
        {
            // A part of a dump opens in no debugger.
            await file.DisposeAsync();
            File.Delete(file.PartialPath);
            throw;
        }

        async ValueTask WriteAsync(ReadOnlySequence<byte> bytes, CancellationToken cancellation)
        {
            await file.AppendAsync(bytes, cancellation);
            telling.Came(file.Length);
        }
    }

    private static string NameFor(TargetProcess process, string ending) => Path.ChangeExtension(TraceCommand.NameFor(process), ending);

    private static string[] Notes(OperationEnd end)
    {
        if (end.Dump is not { } report)
            return [];
        using var text = new StringWriter();
        DumpSummary.Write(report, text);
        return text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The stages on the host, then the way here; a few times a second.</summary>
    private sealed class Telling(Action<DumpStatus> onProgress)
    {
        private OperationProgress _progress = new("", 0, 0);
        private long _told;

        public void Tell(OperationProgress progress)
        {
            _progress = progress;
            if (progress.Stage != "deliver")
                onProgress(new DumpStatus(DumpProgressView.NameOf(progress.Stage), progress.Done, progress.Total > 0 ? progress.Total : null));
        }

        public void Came(long bytes)
        {
            if (TimeProvider.System.GetElapsedTime(_told) < TellEvery)
                return;
            _told = TimeProvider.System.GetTimestamp();
            onProgress(new DumpStatus("on its way here", bytes, _progress.Total > 0 ? _progress.Total : null));
        }
    }
}
