using System.Buffers;
using System.IO.Pipelines;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Protocol.Messages;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.Cli.Commands.Counters;

/// <summary>Reads a trace's events while it arrives.</summary>
internal static class LiveEvents
{
    /// <param name="operation">Whose result is a nettrace stream.</param>
    /// <param name="subscribe">Sets the handlers, which are called from one thread of their own.</param>
    /// <param name="duration">How long; null: until it is stopped.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task<OperationEnd> ReadAsync(
        Operation operation, Action<EventPipeEventSource> subscribe, TimeSpan? duration, CancellationToken stop)
    {
        var pipe = new Pipe();
        Task reading = Task.Factory.StartNew(
            () => Read(pipe.Reader, subscribe), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        OperationEnd? end = null;
        try
        {
            end = await operation.ReceiveAsync((bytes, cancellation) => PassOnAsync(bytes, pipe.Writer, cancellation), duration, stop);
            return end;
        }
        finally
        {
            await pipe.Writer.CompleteAsync();
            await FinishAsync(reading, isWhole: end is { Partial: false });
        }
    }

    // A stream that is cut cannot be read to its end: why it was cut is what the user must be told.
    private static async Task FinishAsync(Task reading, bool isWhole)
    {
        try
        {
            await reading;
        }
        catch (LocalException) when (!isWhole)
        {
        }
    }

    private static async ValueTask PassOnAsync(ReadOnlySequence<byte> bytes, PipeWriter writer, CancellationToken cancellation)
    {
        foreach (ReadOnlyMemory<byte> part in bytes)
            writer.Write(part.Span);
        await writer.FlushAsync(cancellation);
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
