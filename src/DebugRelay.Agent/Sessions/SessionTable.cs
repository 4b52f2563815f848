using System.Collections.Concurrent;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Identity;
using DebugRelay.Protocol;

namespace DebugRelay.Agent.Sessions;

/// <summary>The sessions that run. Ends them when the agent stops, or a kill file or a deny list appears.</summary>
internal sealed class SessionTable(HostConfiguration configuration, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, RelaySession> _sessions = new();
    private readonly Lock _adding = new();

    /// <summary>Why no session may run now; null when one may.</summary>
    public string? Forbidden =>
        lifetime.ApplicationStopping.IsCancellationRequested ? "the agent stops"
        : configuration.KillFile is { } kill && File.Exists(kill) ? "the kill file stops everything on this host"
        : configuration.DenyList is { } deny && File.Exists(deny) ? "this host has a deny list, which this version cannot enforce"
        : null;

    /// <summary>The sessions that run now.</summary>
    public IReadOnlyCollection<RelaySession> All => [.. _sessions.Values];

    /// <summary>A session that runs, or null.</summary>
    public RelaySession? Find(string id) => _sessions.GetValueOrDefault(id);

    /// <summary>Adds a session.</summary>
    /// <exception cref="ProtocolException">The host is full, the identity has as many as its roles allow, or no session may run now.</exception>
    public void Add(RelaySession session)
    {
        lock (_adding)
        {
            if (_sessions.Count >= Limits.Sessions)
                throw new ProtocolException(ErrorCode.LimitReached, $"{Limits.Sessions} sessions run on this host already");
            PeerIdentity identity = session.Proof.Identity;
            if (_sessions.Values.Count(s => s.Proof.Identity.Equals(identity)) >= session.RoleLimits.Sessions)
                throw new ProtocolException(ErrorCode.LimitReached, $"{identity} has {session.RoleLimits.Sessions} sessions on this host already, which is what the role allows");
            _sessions[session.Id] = session;
        }
        // Asked after it was added: an end of all that does not see it is seen by it.
        if (Forbidden is not { } reason)
            return;
        Remove(session);
        throw new ProtocolException(lifetime.ApplicationStopping.IsCancellationRequested ? ErrorCode.ShuttingDown : ErrorCode.Denied, reason);
    }

    /// <summary>Removes a session.</summary>
    public void Remove(RelaySession session) => _sessions.TryRemove(session.Id, out _);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Kestrel stops when its connections are gone, and they go when their sessions end: that has to come first.
        await using CancellationTokenRegistration stopping = lifetime.ApplicationStopping.Register(() => EndAll(ErrorCode.ShuttingDown, "the agent stops"));
        using var timer = new PeriodicTimer(Look);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (Forbidden is { } reason)
                EndAll(ErrorCode.Denied, reason);
        }
    }

    private void EndAll(string code, string message)
    {
        foreach (RelaySession session in _sessions.Values)
            session.End(code, message);
    }
}
