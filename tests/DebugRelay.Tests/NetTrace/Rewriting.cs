using Xunit;
using System.IO.Pipelines;
using DebugRelay.NetTrace;

namespace DebugRelay.Tests.NetTrace;

/// <summary>Runs the rewriter over bytes in memory, handed to it in pieces.</summary>
internal static class Rewriting
{
    public static async Task<(byte[] Output, RewriteSummary Summary)> RunAsync(byte[] input, ITraceFilter filter, Func<int>? pieceSize = null)
    {
        var incoming = new Pipe(new PipeOptions(useSynchronizationContext: false));
        var outgoing = new MemoryStream();
        var writer = PipeWriter.Create(outgoing);
        var feeding = FeedAsync(incoming.Writer, input, pieceSize ?? (() => 64 * 1024));
        var summary = await NetTraceRewriter.RewriteAsync(incoming.Reader, writer, filter, cancellationToken: TestContext.Current.CancellationToken);
        await incoming.Reader.CompleteAsync();
        await writer.CompleteAsync();
        await feeding;
        return (outgoing.ToArray(), summary);
    }

    internal static async Task FeedAsync(PipeWriter writer, byte[] input, Func<int> pieceSize)
    {
        for (var at = 0; at < input.Length;)
        {
            var size = Math.Min(pieceSize(), input.Length - at);
            var flush = await writer.WriteAsync(input.AsMemory(at, size));
            if (flush.IsCompleted) break;
            at += size;
        }
        await writer.CompleteAsync();
    }
}

/// <summary>A filter made of two functions.</summary>
internal sealed class Filter(Func<EventType, EventAction> plan, Filter.VisitEvent? visit = null) : ITraceFilter
{
    public delegate EventAction VisitEvent(EventType type, ref EventFields fields);

    public static Filter KeepAll { get; } = new(_ => EventAction.Keep);

    /// <summary>Visits everything and changes nothing.</summary>
    public static Filter VisitAll => new(_ => EventAction.Visit, (type, ref fields) => EventAction.Keep);

    /// <summary>Gives every text another one.</summary>
    public static Filter Replacing(Func<string, string> replace) => new(_ => EventAction.Visit, (type, ref fields) =>
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].Kind == EventFieldKind.Text) fields.Replace(i, replace(fields.Text(i).ToString()));
        }
        return EventAction.Keep;
    });

    public EventAction Plan(EventType type) => plan(type);

    public EventAction Visit(EventType type, ref EventFields fields) => visit!(type, ref fields);

    public string VisitText(StreamText place, string name, string text) => text;
}
