using System.Diagnostics;
using System.Globalization;

namespace DebugRelay.Fuzz;

/// <summary>What holds for every input of every target: nothing is thrown, nothing takes long or much memory; and what the target itself promises.</summary>
internal sealed class FuzzOracle(FuzzTarget target)
{
    private const string Slow = "It took longer than it may.";

    /// <summary>What the last input came to.</summary>
    public Outcome Outcome { get; private set; }

    /// <summary>What the input broke, or null. A machine busy with other work may stall any input once; one that is slow is slow again.</summary>
    public string? Judge(ReadOnlySpan<byte> input)
    {
        const int Tries = 3;
        var what = JudgeOnce(input);
        for (var tries = 1; tries < Tries && what == Slow; tries++) what = JudgeOnce(input);
        return what;
    }

    private string? JudgeOnce(ReadOnlySpan<byte> input)
    {
        try
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            Outcome = target.Run(input);
            var elapsed = Stopwatch.GetElapsedTime(start);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            if (elapsed > target.MaxTime) return Slow;
            return allocated > target.MaxAllocated(input.Length)
                ? string.Create(CultureInfo.InvariantCulture, $"It allocated {allocated:N0} bytes for an input of {input.Length:N0}; {target.MaxAllocated(input.Length):N0} is the most.")
                : target.Check(input);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return fault.ToString();
        }
    }
}
