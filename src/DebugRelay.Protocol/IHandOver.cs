namespace DebugRelay.Protocol;

/// <summary>Frames between the broker and a worker, which may carry open connections: to a target, to the agent. One reader at a time.</summary>
public interface IHandOver : IDisposable
{
    /// <summary>Sends a frame and the connections that go with it.</summary>
    /// <param name="type">The frame's type.</param>
    /// <param name="payload">Its content.</param>
    /// <param name="connections">One that the other reads, and one that it writes to. It has them when this returns, and they are no longer ours; they stay ours where it throws.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">The other is gone.</exception>
    Task SendAsync(FrameType type, ReadOnlyMemory<byte> payload, Stream[] connections, CancellationToken cancellation);

    /// <summary>Receives the next frame and its connections, which the caller then owns.</summary>
    /// <returns>Null when the other closed between two frames.</returns>
    /// <exception cref="ProtocolException">It broke the protocol.</exception>
    /// <exception cref="IOException">The connection is broken.</exception>
    Task<(Frame Frame, Stream[] Connections)?> ReceiveAsync(CancellationToken cancellation);
}
