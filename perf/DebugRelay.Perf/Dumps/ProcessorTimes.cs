using System.Globalization;

namespace DebugRelay.Perf.Dumps;

/// <summary>The processor time of processes, also of those that end meanwhile.</summary>
internal sealed class ProcessorTimes : IDisposable
{
    private const double TicksPerSecond = 100;

    private readonly (string Name, int Pid, double Before)[] _processes;
    private readonly Dictionary<string, double> _seconds = [];
    private readonly Timer _timer;

    public ProcessorTimes(params (string Name, int Pid)[] processes)
    {
        _processes = [.. processes.Select(p => (p.Name, p.Pid, Of(p.Pid) ?? 0))];
        _timer = new Timer(_ => Look(), null, 0, 50);
    }

    /// <summary>Seconds by name.</summary>
    public IReadOnlyDictionary<string, double> End()
    {
        Look();
        lock (_seconds)
            return new SortedDictionary<string, double>(_seconds, StringComparer.Ordinal);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_seconds)
        {
            foreach ((string name, int pid, double before) in _processes)
            {
                if (Of(pid) is { } now)
                    _seconds[name] = now - before;
            }
        }
    }

    private static double? Of(int pid)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
