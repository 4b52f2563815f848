using System.Runtime.InteropServices;

namespace DebugRelay.Perf;

/// <summary>Processor time of the calling thread: what else runs on the machine does not count. Elsewhere than on Linux, the time of day.</summary>
internal static class ThreadClock
{
    private const int ThreadCpuTime = 3;

    /// <summary>Seconds that the action takes, of which it spends all on this thread.</summary>
    public static double Seconds(Action action)
    {
        GC.Collect();
        var start = Now();
        action();
        return Now() - start;
    }

    private static double Now()
    {
        if (!OperatingSystem.IsLinux()) return System.Diagnostics.Stopwatch.GetTimestamp() / (double)System.Diagnostics.Stopwatch.Frequency;
        return ClockGetTime(ThreadCpuTime, out var time) == 0 ? time.Seconds + (time.Nanoseconds / 1e9) : throw new InvalidOperationException("The thread's clock cannot be read.");
    }

    [DllImport("libc", EntryPoint = "clock_gettime"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
