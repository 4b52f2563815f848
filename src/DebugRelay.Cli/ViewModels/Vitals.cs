namespace DebugRelay.Cli.ViewModels;

/// <summary>The few counters that tell at a glance how a process is. Each is null until the process publishes it.</summary>
internal sealed class Vitals(CounterBook counters)
{
    /// <summary>Percent of all processors.</summary>
    public Series? Cpu => counters.Runtime("cpu-usage");

    /// <summary>Megabytes.</summary>
    public Series? Heap => counters.Runtime("gc-heap-size");

    /// <summary>Megabytes.</summary>
    public Series? WorkingSet => counters.Runtime("working-set");

    /// <summary>Percent of the time since the last collection.</summary>
    public Series? TimeInGc => counters.Runtime("time-in-gc");

    /// <summary>Collections a second.</summary>
    public Series? Gen2 => counters.Runtime("gen-2-gc-count");

    /// <summary>A second.</summary>
    public Series? Exceptions => counters.Runtime("exception-count");

    public Series? Threads => counters.Runtime("threadpool-thread-count");

    public Series? Queue => counters.Runtime("threadpool-queue-length");

    /// <summary>A second.</summary>
    public Series? Contention => counters.Runtime("monitor-lock-contention-count");

    /// <summary>A second.</summary>
    public Series? Requests => counters.Hosting("requests-per-second");

    public Series? RequestsNow => counters.Hosting("current-requests");

    public Series? RequestsFailed => counters.Hosting("failed-requests");
}
