using System.Threading.RateLimiting;
using DebugRelay.Policy.Configuration;

namespace DebugRelay.Agent.Transport;

/// <summary>Bytes a second that all clients together are sent, where the configuration has a ceiling. Who waits longest goes first.</summary>
internal sealed class Bandwidth : IDisposable
{
    /// <summary>How often the ceiling gives: often enough that a stream does not stutter.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    private readonly TokenBucketRateLimiter? _limiter;
    private readonly int _burst;

    public Bandwidth(HostConfiguration configuration)
    {
        if (configuration.Limits.BytesPerSecond is not (> 0 and var rate))
            return;
        _burst = (int)Math.Min(rate, int.MaxValue);
        _limiter = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = _burst,
            TokensPerPeriod = Math.Max(1, (int)(_burst * Period.TotalSeconds)),
            ReplenishmentPeriod = Period,
            QueueLimit = int.MaxValue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            AutoReplenishment = true,
        });
    }

    /// <summary>Waits until so many bytes may go.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits for them any more.</exception>
    public async ValueTask TakeAsync(int bytes, CancellationToken cancellation)
    {
        if (_limiter is null)
            return;
        for (int left = bytes; left > 0; left -= _burst)
        {
            using RateLimitLease lease = await _limiter.AcquireAsync(Math.Min(left, _burst), cancellation);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _limiter?.Dispose();
}
