using DebugRelay.Protocol;

namespace DebugRelay.Agent.BrokerLink;

/// <summary>Waiting for a broker that may hang.</summary>
internal static class BrokerPatience
{
    /// <summary>Reads the broker's next frame, which must be of one type.</summary>
    /// <exception cref="BrokerGoneException">It did not come in time: a broker that hangs is as good as none.</exception>
    /// <exception cref="ProtocolException">Another type came, or the stream ended.</exception>
    /// <exception cref="RefusedException">The broker said no.</exception>
    public static async Task<Frame> ExpectWithinAsync(this FrameReader broker, FrameType type, TimeSpan limit, CancellationToken cancellation)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timer.CancelAfter(limit);
        try
        {
            return await broker.ExpectAsync(type, timer.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BrokerGoneException($"the broker did not answer within {limit.TotalSeconds:0} s");
        }
    }
}
