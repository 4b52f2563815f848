namespace DebugRelay.Policy.Configuration;

/// <summary>
/// The time that rights are judged by: the machine's clock, but never earlier than what has passed since the start says. A clock that is set
/// back lengthens nothing; one that is set forward ends rights early.
/// </summary>
/// <param name="machine">The machine's clock; its timestamps do not step.</param>
public sealed class SteadyClock(TimeProvider machine) : TimeProvider
{
    private readonly DateTimeOffset _start = machine.GetUtcNow();
    private readonly long _startTimestamp = machine.GetTimestamp();

    /// <inheritdoc/>
    public override long TimestampFrequency => machine.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        DateTimeOffset passed = _start + machine.GetElapsedTime(_startTimestamp), clock = machine.GetUtcNow();
        return clock > passed ? clock : passed;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => machine.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => machine.CreateTimer(callback, state, dueTime, period);
}
