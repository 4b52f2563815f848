using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Revocation;

namespace DebugRelay.Policy.Configuration;

/// <summary>
/// The <see cref="HostTrust"/> that holds now. Watches the files it is made of (the system's notices, and a look every half second) and swaps it
/// whole when they have changed. A file that cannot be used is refused loudly, and what was read before stays.
/// </summary>
public sealed class LiveTrust : IDisposable
{
    /// <summary>A look at the files where the system gives no notice: network and container file systems do not.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>A file that is being written is left alone until it has not changed for so long.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(100);

    private readonly TrustFiles _files;
    private readonly SteadyClock _clock;
    private readonly SemaphoreSlim _look = new(0);
    private readonly Lock _swapping = new();
    private readonly List<FileSystemWatcher> _watchers = [];
    private HostTrust _current;
    private IReadOnlyList<string> _problems = [];
    private string _taken;
    private volatile bool _forced;

    private LiveTrust(TrustFiles files, SteadyClock clock)
    {
        _files = files;
        _clock = clock;
        _taken = FileMarks.Of(files.Paths);
        _current = files.Load(clock.GetUtcNow());
    }

    /// <summary>What holds now. Take it once for one decision: the next look may give another.</summary>
    /// <remarks>Who removes the kill file does not wait for a look to have his host back.</remarks>
    public HostTrust Current => Volatile.Read(ref _current) is var current && current.IsKilled && !_files.IsKilled ? current with { IsKilled = false } : current;

    /// <summary>The time that rights are judged by.</summary>
    public TimeProvider Clock => _clock;

    /// <summary>The time now, by <see cref="Clock"/>.</summary>
    public DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>One line for each file whose newest content was refused; empty when all is as it lies there.</summary>
    public IReadOnlyList<string> Problems => Volatile.Read(ref _problems);

    /// <summary>Raised after <see cref="Current"/> was swapped. Handlers are quick and throw nothing.</summary>
    public event Action? Changed;

    /// <summary>Raised with one line for the log: what was read again, or refused (then true).</summary>
    public event Action<string, bool>? Reported;

    /// <summary>Loads everything for the first time.</summary>
    /// <param name="configuration">Names the files.</param>
    /// <param name="stateFolder">This process's own folder of state.</param>
    /// <param name="time">The machine's clock.</param>
    /// <exception cref="ConfigurationException">A file cannot be used, or is older than one that was used before.</exception>
    public static LiveTrust Load(HostConfiguration configuration, string stateFolder, TimeProvider time)
    {
        try
        {
            return new LiveTrust(new TrustFiles(configuration, RevocationMemory.Load(stateFolder)), new SteadyClock(time));
        }
        catch (TrustException error)
        {
            throw new ConfigurationException(error.Message);
        }
    }

    /// <summary>Looks at once, and reads everything again whether or not it has changed (SIGHUP).</summary>
    public void Reload()
    {
        _forced = true;
        _look.Release();
    }

    /// <summary>Watches until told to stop.</summary>
    public async Task WatchAsync(CancellationToken cancellation)
    {
        Watch();
        while (!cancellation.IsCancellationRequested)
        {
            await LookAsync(cancellation);
            try
            {
                await _look.WaitAsync(Poll, cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            // One look serves all notices that have come.
            while (_look.Wait(0, CancellationToken.None))
            {
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watchers.ForEach(watcher => watcher.Dispose());
        _look.Dispose();
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        HostTrust known = Volatile.Read(ref _current);
        bool killed = _files.IsKilled;
        if (killed != known.IsKilled)
        {
            Swap(known with { IsKilled = killed });
            Reported?.Invoke(killed ? HostTrust.KillFileReason : "the kill file is gone", killed);
        }
        string marks = FileMarks.Of(_files.Paths);
        if (marks == _taken && !_forced) return;
        await Task.Delay(Settle, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (FileMarks.Of(_files.Paths) != marks)
        {
            _look.Release();
            return;
        }
        _forced = false;
        _taken = marks;
        Take();
    }

    private void Take()
    {
        (HostTrust trust, IReadOnlyList<string> problems) = _files.Load(Current, Now);
        Volatile.Write(ref _problems, problems);
        Swap(trust);
        foreach (string problem in problems) Reported?.Invoke($"refused, and what was read before stays: {problem}", true);
        if (problems.Count == 0) Reported?.Invoke($"policy, revocation lists and deny list (version {trust.Deny.Version}) read again", false);
    }

    private void Swap(HostTrust trust)
    {
        lock (_swapping) Volatile.Write(ref _current, trust);
        Changed?.Invoke();
    }

    /// <summary>Where the system cannot watch a folder, the look every half second has to do.</summary>
    private void Watch()
    {
        foreach (string folder in _files.Paths.Select(path => Path.GetDirectoryName(path)!).Distinct().Where(Directory.Exists))
        {
            try
            {
                var watcher = new FileSystemWatcher(folder) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.DirectoryName };
                watcher.Changed += (_, _) => Notice();
                watcher.Created += (_, _) => Notice();
                watcher.Deleted += (_, _) => Notice();
                watcher.Renamed += (_, _) => Notice();
                watcher.EnableRaisingEvents = true;
                _watchers.Add(watcher);
            }
            catch (Exception error) when (error is IOException or ArgumentException or UnauthorizedAccessException)
            {
                Reported?.Invoke($"{folder} cannot be watched ({error.Message}); it is looked at every half second", false);
            }
        }
    }

    private void Notice()
    {
        try
        {
            if (_look.CurrentCount == 0) _look.Release();
        }
        catch (ObjectDisposedException)
        {
            // The last notice of a watcher that is gone.
        }
    }
}
