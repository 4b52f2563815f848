namespace DebugRelay.Tests.Policy;

/// <summary>A machine's clock that can be set, beside a timer that cannot.</summary>
internal sealed class SteppingClock(DateTimeOffset start) : TimeProvider
{
    public DateTimeOffset Wall { get; set; } = start;

    public TimeSpan Passed { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Wall + Passed;

    public override long GetTimestamp() => Passed.Ticks;
}
