using System.Text.Json;
using DebugRelay.Agent.Sessions;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Identity;
using DebugRelay.Recording;

namespace DebugRelay.Agent.Hosting;

/// <summary>Deletes old recordings, where the configuration says so: at the start and every hour.</summary>
internal sealed partial class RetentionService(
    HostConfiguration configuration, LiveTrust trust, HostLedger ledger, SessionTable sessions, TimeProvider time, ILogger<RetentionService> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (configuration.Retention is not { } retention)
            return;
        await Task.Yield();
        var rules = new RetentionRules(retention.Age, retention.Bytes, session => sessions.Find(session) is not null, IsReviewed);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                IReadOnlyList<string> deleted = await Retention.RunAsync(configuration.Recordings, ledger, rules, time.GetUtcNow());
                foreach (string session in deleted)
                    Log.Deleted(logger, session);
                Log.Looked(logger, deleted.Count);
            }
            catch (RecordingException e)
            {
                Log.Failed(logger, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(t => t.IsCompletedSuccessfully && t.Result, TaskScheduler.Default));
    }

    /// <summary>Whether a reviewer, by this host's policy, has signed a statement about this session up to this checkpoint.</summary>
    private bool IsReviewed(string folder, string session, string? head)
    {
        foreach (string document in Directory.EnumerateFiles(folder, "review*.json"))
        {
            try
            {
                byte[] statement = File.ReadAllBytes(document);
                using JsonDocument json = JsonDocument.Parse(statement);
                JsonElement root = json.RootElement;
                if (root.GetProperty("session"u8).GetString() != session || root.GetProperty("head"u8).GetString() != head)
                    continue;
                using DetachedSignature signature = DetachedSignature.Verify(statement, File.ReadAllBytes(Path.ChangeExtension(document, ".p7s")));
                if (signature.Signers.Any(signer => IsReviewer(signature, signer, root.GetProperty("time"u8).GetDateTimeOffset())))
                    return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or SignatureException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                // No review that counts.
            }
        }
        return false;
    }

    private bool IsReviewer(DetachedSignature signature, System.Security.Cryptography.X509Certificates.X509Certificate2 signer, DateTimeOffset at)
    {
        CertificateResult result = CertificateCheck.ForClient(signer, [.. signature.Certificates], trust.Current.Store, at);
        return result.Identity is { } identity && result.IsValid && trust.Current.Policy.IsReviewer(identity);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "the recording of session {Session} was deleted, as retention says")]
        public static partial void Deleted(ILogger logger, string session);

        [LoggerMessage(3, LogLevel.Information, "retention has looked: {Count} recordings were deleted")]
        public static partial void Looked(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Error, "retention failed: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
