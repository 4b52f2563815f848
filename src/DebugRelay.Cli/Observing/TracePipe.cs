using System.Buffers;
using System.IO.Pipelines;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Observing;

/// <summary>Reads a trace while it arrives.</summary>
internal static class TracePipe
{
    /// <param name="operation">Whose result is a nettrace stream.</param>
    /// <param name="read">Reads the stream to its end, and completes the reader in any case.</param>
    /// <param name="duration">How long; null: until it is stopped.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="LocalException">What came whole cannot be read.</exception>
    public static async Task<OperationEnd> ReadAsync(Operation operation, Func<PipeReader, Task> read, TimeSpan? duration, CancellationToken stop)
    {
        var pipe = new Pipe();
        Task reading = read(pipe.Reader);
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
}
