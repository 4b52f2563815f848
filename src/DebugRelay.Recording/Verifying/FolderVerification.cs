using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Recording;

/// <summary>The verdict on one of many recordings.</summary>
/// <param name="Name">The session's folder.</param>
/// <param name="Verdict">The verdict.</param>
public sealed record NamedVerdict(string Name, Verdict Verdict);

/// <summary>Verifies the folder of all recordings: each session by itself, that each lies in its own folder, and that none is missing.</summary>
internal static class FolderVerification
{
    /// <summary>A session's folder has files; the folder of all recordings has folders alone, and none of them is the streams of a session.</summary>
    public static bool IsFolderOfSessions(string path)
    {
        var entries = Inventory.Entries(path).ToList();
        return entries.Count > 0 && entries.All(entry => entry is DirectoryInfo && entry.LinkTarget is null) && entries.All(entry => entry.Name != Names.Streams);
    }

    public static IEnumerable<NamedVerdict> Run(string path, X509Certificate2Collection trustAnchors, VerifyOptions options)
    {
        var names = Inventory.Entries(path).Select(entry => entry.Name).ToList();
        var missing = options.Ledgers?.RecordedSessions().Except(names, StringComparer.Ordinal) ?? [];
        foreach (var name in names.Concat(missing).Order(StringComparer.Ordinal))
            yield return new NamedVerdict(Inventory.Shown(name), names.Contains(name, StringComparer.Ordinal) ? VerifyOne(path, name, trustAnchors, options) : Missing(name, options.Ledgers!));
    }

    private static Verdict VerifyOne(string path, string name, X509Certificate2Collection trustAnchors, VerifyOptions options)
    {
        var verdict = new Verification(Path.Combine(path, name), trustAnchors, options).Run();
        return verdict.Session is null || verdict.Session == name || verdict.Status == VerdictStatus.Tampered
            ? verdict
            : verdict with { Status = VerdictStatus.Tampered, Reason = $"this is the recording of session {verdict.Session}" };
    }

    public static Verdict Missing(string session, HostLedgers ledgers)
    {
        var problem = ledgers.Books.Select(book => book.Problem).FirstOrDefault(p => p is not null);
        return problem is null && ledgers.Deleted(session) is { } deleted
            ? Nothing(VerdictStatus.Deleted, $"by retention ({deleted.Reason}), {deleted.Segments} segments, {deleted.Bytes} bytes: so says the agent's ledger", session, ledgers)
            : Nothing(VerdictStatus.Tampered, problem ?? "a ledger tells of this session, but its recording is missing", session, ledgers);
    }

    private static Verdict Nothing(VerdictStatus status, string reason, string session, HostLedgers ledgers) =>
        new(status, reason, session, null, 0, 0, 0, 0, ledgers.Roles);
}
