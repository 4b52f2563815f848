namespace DebugRelay.Policy.Configuration;

/// <summary>Has files read again when they have changed and lie still, or when somebody asks. Of files that cannot be used what was read before stays.</summary>
/// <param name="what">What they are, for the log.</param>
/// <param name="paths">The files. They are looked at now: read them for the first time after this.</param>
public sealed class FileReload(string what, IReadOnlyList<string> paths)
{
    /// <summary>A file that is being written is left alone until it has not changed for so long.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private string _taken = FileMarks.Of(paths);
    private string? _problem;
    private volatile bool _forced;

    /// <summary>Why the newest content was refused; null where it is in force.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>Raised with one line for the log: what was read again, or refused (then true).</summary>
    public event Action<string, bool>? Reported;

    /// <summary>Has them read again whether or not they have changed (SIGHUP).</summary>
    public void Force() => _forced = true;

    /// <summary>Watches until told to stop; returns at once where there is nothing to watch.</summary>
    /// <param name="read">Reads and takes them, or throws a <see cref="ConfigurationException"/> and changes nothing.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task WatchAsync(Func<CancellationToken, Task> read, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (paths.Count == 0) return;
        string seen = _taken;
        using var timer = new PeriodicTimer(Look);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
            {
                string marks = FileMarks.Of(paths);
                bool still = marks == seen;
                seen = marks;
                if (still && (_forced || marks != _taken)) await TakeAsync(read, marks, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    private async Task TakeAsync(Func<CancellationToken, Task> read, string marks, CancellationToken cancellation)
    {
        _forced = false;
        _taken = marks;
        try
        {
            await read(cancellation).ConfigureAwait(false);
            Volatile.Write(ref _problem, null);
            Reported?.Invoke($"{what} read again", false);
        }
        catch (ConfigurationException error)
        {
            Volatile.Write(ref _problem, error.Message);
            Reported?.Invoke($"refused, and what was read before stays: {error.Message}", true);
        }
    }
}
