using System.Diagnostics;
using System.Globalization;

namespace DebugRelay.Perf.Dumps;

/// <summary>Looks at a process every few milliseconds: how long all its threads stand still for a dump.</summary>
internal sealed class StopClock : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Thread _thread;
    private TimeSpan _stopped;

    public StopClock(int pid)
    {
        string stat = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat");
        _thread = new Thread(() => Look(stat)) { Priority = ThreadPriority.Highest };
        _thread.Start();
    }

    /// <summary>Ends looking.</summary>
    /// <returns>Seconds between the first and the last look at a stopped main thread.</returns>
    public double Stop()
    {
        _end.Cancel();
        _thread.Join();
        return _stopped.TotalSeconds;
    }

    public void Dispose()
    {
        if (!_end.IsCancellationRequested)
            Stop();
        _end.Dispose();
    }

    private void Look(string stat)
    {
        long first = 0;
        while (!_end.IsCancellationRequested)
        {
            // After the name in brackets: the state of the main thread, t while it is traced.
            string text = File.ReadAllText(stat);
            if (text[text.LastIndexOf(')') + 2] is 't' or 'T')
            {
                first = first == 0 ? Stopwatch.GetTimestamp() : first;
                _stopped = Stopwatch.GetElapsedTime(first);
            }
            Thread.Sleep(2);
        }
    }
}
