using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace DebugRelay.Agent.Transport;

/// <summary>A client's connection as frames.</summary>
internal sealed class ClientConnection(ConnectionContext connection)
{
    private readonly FrameReader _reader = new(connection.Transport.Input);

    /// <summary>What we write.</summary>
    public FrameWriter Frames { get; } = new(connection.Transport.Output);

    /// <summary>Where the client is.</summary>
    public string Remote => connection.RemoteEndPoint?.ToString() ?? "?";

    /// <summary>Cancelled when the connection is gone.</summary>
    public CancellationToken Closed => connection.ConnectionClosed;

    /// <summary>Cancelled when the agent stops: nothing new begins.</summary>
    private CancellationToken Stopping => connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;

    /// <summary>The next frame, or null when the client closed.</summary>
    public ValueTask<Frame?> ReadAsync(CancellationToken cancellation) => _reader.ReadAsync(cancellation);

    /// <summary>The first frame, which must come whole and soon.</summary>
    public Task<Frame> ReadFirstAsync() => WithinAsync(Limits.Opening, async c =>
        await _reader.ReadAsync(c) ?? throw new ProtocolException(ErrorCode.Truncated, "the client closed before its first frame"));

    /// <summary>A frame of one type, within a time.</summary>
    public Task<Frame> ExpectAsync(FrameType type, TimeSpan limit) => WithinAsync(limit, async c => await _reader.ExpectAsync(type, c));

    /// <summary>Says no, where the client still listens.</summary>
    public async Task TryRefuseAsync(Refused refusal)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await Frames.RefuseAsync(refusal, patience.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // It does not.
        }
    }

    /// <summary>
    /// Gives the client a last time to take what is on its way to it. A client that reads nothing would otherwise keep the connection, and what
    /// waits for it, for as long as it likes. Completes when nobody writes to it any more.
    /// </summary>
    public Task LetGoAsync()
    {
        var timer = new CancellationTokenSource(Limits.LastBytes);
        timer.Token.Register(connection.Abort);
        Closed.Register(timer.Dispose);
        return Frames.DisposeAsync().AsTask();
    }

    private async Task<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> read)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(Closed, Stopping);
        timer.CancelAfter(limit);
        try
        {
            return await read(timer.Token);
        }
        catch (OperationCanceledException) when (!Closed.IsCancellationRequested)
        {
            if (Stopping.IsCancellationRequested)
                throw new ProtocolException(ErrorCode.ShuttingDown, "the agent stops");
            throw new ProtocolException(ErrorCode.TimedOut, $"no whole frame came within {limit.TotalSeconds:0} s");
        }
    }
}
