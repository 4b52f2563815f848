using System.IO.Pipelines;

namespace DebugRelay.NetTrace;

/// <summary>Rewrites a nettrace stream event by event, never holding more than a block.</summary>
public static class NetTraceRewriter
{
    /// <summary>
    /// Reads <paramref name="input"/> to its end tag, its end or its first fault, asks <paramref name="filter"/> about each event, and writes what
    /// passes to <paramref name="output"/>: only whole blocks, each flushed as it is whole. Bad input ends the output with an end tag and never
    /// throws. <see cref="PipeReader.CancelPendingRead"/> on the input ends the stream in order (<see cref="RewriteState.Truncated"/>). Neither
    /// pipe is completed here.
    /// </summary>
    /// <param name="input">The stream as the runtime sends it.</param>
    /// <param name="output">Where the rewritten stream goes.</param>
    /// <param name="filter">What to do with each event.</param>
    /// <param name="progress">Called after each flushed block with the counts so far, on the rewriting thread.</param>
    /// <param name="isOverloaded">
    /// Asked before each block of events or stacks: while it says yes, whole blocks are left out and counted, so that the input is drained however slow
    /// the output is; null never leaves one out.
    /// </param>
    /// <param name="cancellationToken">Abandons the rewrite: no end tag is written.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<RewriteSummary> RewriteAsync(
        PipeReader input, PipeWriter output, ITraceFilter filter,
        Action<RewriteCounts>? progress = null, Func<bool>? isOverloaded = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(filter);
        return new RewriteRun(input, output, filter, progress, isOverloaded).RunAsync(cancellationToken);
    }
}
