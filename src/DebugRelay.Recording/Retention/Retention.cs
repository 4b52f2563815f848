namespace DebugRelay.Recording;

/// <summary>Which recordings may go.</summary>
/// <param name="Age">Those whose last change is older; null: age is no reason.</param>
/// <param name="Bytes">The oldest, while all together are larger; null: size is no reason.</param>
/// <param name="IsLive">Whether a session still runs.</param>
/// <param name="IsReviewed">Whether a reviewer has signed the recording in this folder, for this session and this last checkpoint.</param>
public sealed record RetentionRules(TimeSpan? Age, long? Bytes, Func<string, bool> IsLive, Func<string, string, string?, bool> IsReviewed);

/// <summary>Deletes recordings that are too old or too many. The ledger says so before one goes; an emergency's stays until it is reviewed.</summary>
public static class Retention
{
    // Nothing that was just written to is anybody's past.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>Deletes what may go.</summary>
    /// <param name="recordingsFolder">The folder of all recordings.</param>
    /// <param name="ledger">The agent's ledger.</param>
    /// <param name="rules">Which may go.</param>
    /// <param name="now">The time.</param>
    /// <returns>The sessions whose recordings were deleted, in the order of deletion.</returns>
    /// <exception cref="RecordingException">The folder cannot be read, or the ledger cannot be written: nothing more is deleted then.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(string recordingsFolder, HostLedger ledger, RetentionRules rules, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(rules);
        if (!Directory.Exists(recordingsFolder))
            return [];
        try
        {
            var kept = RecordingReader.ListSessions(recordingsFolder).Select(session => Kept.Look(recordingsFolder, session)).OrderBy(k => k.LastChange).ToList();
            var total = kept.Sum(k => k.Bytes);
            var deleted = new List<string>();
            foreach (var recording in kept)
            {
                var reason = now - recording.LastChange > rules.Age ? "age" : total > rules.Bytes ? "size" : null;
                if (reason is null || now - recording.LastChange < Fresh || rules.IsLive(recording.Session) || IsHeld(recording, rules))
                    continue;
                var (segments, head, _) = SessionRecovery.Look(recording.Path);
                await ledger.DeletedAsync(recording.Session, new LedgerDeleted(reason, segments, head, recording.Bytes));
                Directory.Delete(recording.Path, recursive: true);
                total -= recording.Bytes;
                deleted.Add(recording.Session);
            }

            return deleted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"Recordings cannot be deleted: {e.Message}", e);
        }
    }

    /// <summary>An emergency's recording that nobody has reviewed; also one that cannot be read, for it may be one.</summary>
    private static bool IsHeld(Kept recording, RetentionRules rules)
    {
        try
        {
            return RecordingReader.ReadEntries(recording.Path).Any(IsBreakGlass) && !rules.IsReviewed(recording.Path, recording.Session, SessionRecovery.Look(recording.Path).Head);
        }
        catch (RecordingException)
        {
            return true;
        }
    }

    private static bool IsBreakGlass(RecordingEntry entry) =>
        entry.Kind == LedgerKinds.Decision && entry.Body.TryGetProperty("breakGlass"u8, out var mark) && mark.ValueKind != System.Text.Json.JsonValueKind.False;

    private sealed record Kept(string Session, string Path, DateTimeOffset LastChange, long Bytes)
    {
        public static Kept Look(string recordings, string session)
        {
            var folder = new DirectoryInfo(System.IO.Path.Combine(recordings, session));
            var files = folder.EnumerateFiles("*", SearchOption.AllDirectories).ToList();
            var last = files.Select(f => f.LastWriteTimeUtc).Append(folder.LastWriteTimeUtc).Max();
            return new Kept(session, folder.FullName, new DateTimeOffset(last, TimeSpan.Zero), files.Sum(f => f.Length));
        }
    }
}
