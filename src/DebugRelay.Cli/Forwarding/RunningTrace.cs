using System.Buffers;
using System.Net.Sockets;

namespace DebugRelay.Cli.Forwarding;

/// <summary>A trace that a tool has started and not stopped yet.</summary>
internal sealed class RunningTrace : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _toolIsGone;

    /// <param name="id">What the tool is to name it by.</param>
    /// <param name="stop">Stops all traces.</param>
    public RunningTrace(ulong id, CancellationToken stop)
    {
        Id = id;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    public ulong Id { get; }

    /// <summary>Cancelled when the process is to be told to end the trace.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Gives bytes to the tool. One that has left gets no more, and the trace is stopped: what still comes is let go of.</summary>
    public async ValueTask PassOnAsync(NetworkStream tool, ReadOnlySequence<byte> bytes)
    {
        if (_toolIsGone)
            return;
        try
        {
            foreach (ReadOnlyMemory<byte> part in bytes)
                await tool.WriteAsync(part);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            _toolIsGone = true;
            await _stop.CancelAsync();
        }
    }

    /// <summary>Tells the process to end the trace, and waits until its last byte has been passed on.</summary>
    public async Task StopAsync()
    {
        try
        {
            await _stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself just now.
        }
        await _ended.Task;
    }

    public void End() => _ended.TrySetResult();

    public void Dispose() => _stop.Dispose();
}
