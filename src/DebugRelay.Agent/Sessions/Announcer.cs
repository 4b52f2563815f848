using System.Text.Json;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Agent.Sessions;

/// <summary>
/// Tells of an emergency before its operation begins: the log, every reviewer who has a session here, and a file that leaves the host by the shipper.
/// Where an off-host sink is configured it must have acknowledged, unless the role is content with a best effort.
/// </summary>
internal sealed partial class Announcer(HostConfiguration configuration, LiveTrust trust, SessionTable sessions, TimeProvider time, ILogger<Announcer> logger)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly StateFolder _announcements = new(Path.Combine(configuration.State, "agent", "announcements"));
    private readonly StateFolder _acknowledged = new(Path.Combine(configuration.State, "shipper", "acknowledged"));

    /// <summary>Announces one operation.</summary>
    /// <exception cref="RefusedException">It could not be announced as it must be, so it is not carried out.</exception>
    public async Task AnnounceAsync(RelaySession session, OperationRequest request, DecisionEntry decision, BreakGlassRule rule, CancellationToken cancellation)
    {
        var announcement = new Announcement(
            "break-glass", time.GetUtcNow(), configuration.Host, session.Id, request.Number, session.Proof.Identity.Value, request.Operation, decision.Target,
            session.Proof.Statement.Reason, session.Proof.Statement.Incident, decision.Reason);
        Log.Emergency(logger, announcement.Identity, announcement.Operation, announcement.Target?.Name ?? configuration.Host, announcement.Incident ?? "", session.Id);
        TellReviewers(announcement);
        string name = $"{session.Id}-{request.Number:D4}";
        try
        {
            _announcements.Write(name + ".json", JsonSerializer.SerializeToUtf8Bytes(announcement, RecordedJson.Default.Announcement));
            if (configuration.AnnounceOffHost && !rule.AnnounceBestEffort)
                await AcknowledgedAsync(name, cancellation);
        }
        catch (StateException e)
        {
            throw new RefusedException(new Refused(ErrorCode.Denied, $"the emergency could not be announced: {e.Message}"));
        }
    }

    private void TellReviewers(Announcement announcement)
    {
        string process = announcement.Target is { } target ? $" on {target.Name} (pid {target.Pid})" : "";
        var notice = new Notice(ErrorCode.BreakGlass, $"break-glass: {announcement.Identity} does {announcement.Operation}{process}, incident {announcement.Incident}, session {announcement.Session}");
        foreach (RelaySession session in sessions.All.Where(s => trust.Current.Policy.IsReviewer(s.Proof.Identity)))
            session.Tell(notice);
    }

    private async Task AcknowledgedAsync(string name, CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        while (_acknowledged.Read(name) is null)
        {
            if (time.GetElapsedTime(start) > Limits.Announcement)
                throw new RefusedException(new Refused(ErrorCode.Denied, $"the emergency was not acknowledged off the host within {Limits.Announcement.TotalSeconds:0} s", "Operations must look at the host's shipper."));
            await Task.Delay(Look, time, cancellation);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Critical, "break-glass: {Identity} does {Operation} on {Target}, incident {Incident}, session {Session}")]
        public static partial void Emergency(ILogger logger, string identity, string operation, string target, string incident, string session);
    }
}

/// <summary>What leaves the host of an emergency: `state/agent/announcements/SESSION-NUMBER.json`.</summary>
internal sealed record Announcement(
    string Kind, DateTimeOffset Time, string Host, string Session, ulong Number, string Identity, string Operation, TargetProcess? Target, string? Reason, string? Incident, string Rule);
