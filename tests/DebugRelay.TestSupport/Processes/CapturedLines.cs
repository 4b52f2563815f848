namespace DebugRelay.TestSupport.Processes;

/// <summary>The lines read so far from one output of a process, and a way to wait for one of them.</summary>
public sealed class CapturedLines
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private bool _ended;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>A copy of the lines read so far.</summary>
    public IReadOnlyList<string> All
    {
        get { lock (_gate) return [.. _lines]; }
    }

    public string Text => string.Join('\n', All);

    /// <summary>The first line, already read or still to come, that <paramref name="wanted"/> accepts; null if the output ends without one.</summary>
    internal async Task<string?> FindAsync(Predicate<string> wanted, CancellationToken cancellationToken)
    {
        int next = 0;
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                for (; next < _lines.Count; next++)
                {
                    if (wanted(_lines[next])) return _lines[next];
                }

                if (_ended) return null;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    internal async Task ReadToEndAsync(TextReader reader)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line) Change(() => _lines.Add(line));
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The process was disposed while a grandchild still held its output open.
        }

        Change(() => _ended = true);
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            changed = _changed;
            _changed = NewSignal();
        }

        changed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
