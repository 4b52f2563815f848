namespace DebugRelay.Policy.Configuration;

/// <summary>The scrub profile that holds now: the file that the configuration names, read again when it changes. A session ends with the profile that it began with.</summary>
public sealed class LiveProfile
{
    /// <summary>Why sessions end that have another one.</summary>
    public const string HasChanged = "the host's scrub profile has changed; open a new session";

    private readonly HostConfiguration _configuration;
    private HostProfile _current;

    /// <param name="configuration">Names it.</param>
    /// <exception cref="ConfigurationException">It cannot be read.</exception>
    public LiveProfile(HostConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _configuration = configuration;
        Files = new FileReload("scrub profile", HostConfiguration.ShippedProfiles.Contains(configuration.Scrub) ? [] : [configuration.Scrub]);
        _current = HostProfile.Load(configuration);
    }

    /// <summary>What holds now. Take it once for one decision.</summary>
    public HostProfile Current => Volatile.Read(ref _current);

    /// <summary>Its file; none where it ships.</summary>
    public FileReload Files { get; }

    /// <summary>Raised after <see cref="Current"/> was swapped for one with other content.</summary>
    public event Action? Changed;

    /// <summary>Watches until told to stop.</summary>
    /// <param name="check">Has the profile tried by who understands it; throws a <see cref="ConfigurationException"/> where it cannot be used.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task WatchAsync(Func<HostProfile, CancellationToken, Task> check, CancellationToken cancellation) => Files.WatchAsync(
        async stop =>
        {
            HostProfile next = HostProfile.Load(_configuration);
            if (next.Sha256 == Current.Sha256) return;
            await check(next, stop).ConfigureAwait(false);
            Volatile.Write(ref _current, next);
            Changed?.Invoke();
        },
        cancellation);
}
