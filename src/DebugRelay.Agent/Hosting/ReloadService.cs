using DebugRelay.Agent.BrokerLink;
using DebugRelay.Agent.Observability;
using DebugRelay.Agent.Transport;
using DebugRelay.Policy.Configuration;

namespace DebugRelay.Agent.Hosting;

/// <summary>Reads certificate, key and scrub profile again when they change; what the host trusts is watched by <see cref="LiveTrust"/>. Notes what is in force, for `check`.</summary>
internal sealed partial class ReloadService(
    HostConfiguration configuration, ConfigurationFile file, LiveTrust trust, AgentIdentity identity, LiveProfile profile, AgentMetrics metrics, ILogger<ReloadService> logger) : BackgroundService
{
    /// <summary>Reads everything again (SIGHUP).</summary>
    public void ReloadAll()
    {
        trust.Reload();
        identity.Files.Force();
        profile.Files.Force();
    }

    /// <summary>One line for each file whose newest content was refused.</summary>
    public IReadOnlyList<string> Problems => [.. trust.Problems, .. new[] { identity.Files.Problem, profile.Files.Problem }.OfType<string>()];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        Note(InForce.Of(configuration, file.Path, before: null, trustIsRead: true, identityIsRead: true, profileIsRead: true));
        identity.Files.Reported += Report;
        profile.Files.Reported += Report;
        trust.Reported += NoteAfter;
        await Task.WhenAll(
            identity.Files.WatchAsync(
                _ =>
                {
                    identity.Reload();
                    return Task.CompletedTask;
                },
                stoppingToken),
            profile.WatchAsync(ProfileCheck.RunAsync, stoppingToken));
        trust.Reported -= NoteAfter;
    }

    private void Report(string line, bool isProblem)
    {
        metrics.FilesRead(used: !isProblem);
        if (isProblem)
            Log.Problem(logger, line);
        else
            Log.ReadAgain(logger, line);
        NoteAfter(line, isProblem);
    }

    private void NoteAfter(string line, bool isProblem)
        => Note(InForce.Of(configuration, file.Path, InForce.Read(configuration), trust.Problems.Count == 0, identity.Files.Problem is null, profile.Files.Problem is null));

    /// <summary>It is for people alone: that it cannot be written is no reason to stop.</summary>
    private void Note(InForce inForce)
    {
        try
        {
            inForce.Write(configuration);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotNoted(logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Line}")]
        public static partial void ReadAgain(ILogger logger, string line);

        [LoggerMessage(2, LogLevel.Error, "{Line}")]
        public static partial void Problem(ILogger logger, string line);

        [LoggerMessage(3, LogLevel.Warning, "what is in force could not be noted for `check`: {Reason}")]
        public static partial void NotNoted(ILogger logger, string reason);
    }
}
