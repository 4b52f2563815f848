using System.IO.Pipelines;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Protocol.Messages;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.Cli.Observing;

/// <summary>Reads a trace's events while it arrives.</summary>
internal static class LiveEvents
{
    /// <param name="operation">Whose result is a nettrace stream.</param>
    /// <param name="subscribe">Sets the handlers, which are called from one thread of their own.</param>
    /// <param name="duration">How long; null: until it is stopped.</param>
    /// <param name="stop">Ends it early.</param>
    public static Task<OperationEnd> ReadAsync(
        Operation operation, Action<EventPipeEventSource> subscribe, TimeSpan? duration, CancellationToken stop)
    {
        return TracePipe.ReadAsync(
            operation,
            input => Task.Factory.StartNew(() => Read(input, subscribe), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default),
            duration,
            stop);
    }

    // TraceEvent reads a stream by blocking.
    private static void Read(PipeReader reader, Action<EventPipeEventSource> subscribe)
    {
        try
        {
            using var source = new EventPipeEventSource(reader.AsStream());
            subscribe(source);
            source.Process();
        }
        catch (Exception error) when (error is not (CliException or OutOfMemoryException))
        {
            throw new LocalException($"the events cannot be read: {error.Message}", "record them with `debugrelay trace` and look at the file", error);
        }
        finally
        {
            // From here on, what still arrives is let go of: the operation ends as it should, and its end tells what came.
            reader.Complete();
        }
    }
}
