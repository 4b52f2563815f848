namespace DebugRelay.Recording;

/// <summary>What a restarted agent does about sessions that a crash ended: it states what is there. It never ends their recordings for them.</summary>
public static class SessionRecovery
{
    /// <summary>States for each session that was not closed how far its recording goes: it was recovered after so many entries.</summary>
    /// <param name="ledger">The agent's ledger, just opened.</param>
    /// <param name="recordingsFolder">The folder of all recordings.</param>
    /// <returns>A task that is done when all is stated, on disk.</returns>
    /// <exception cref="RecordingException">A recording cannot be read, or the ledger cannot be written.</exception>
    public static async Task RunAsync(HostLedger ledger, string recordingsFolder)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        foreach (var session in ledger.Unclosed)
            await ledger.RecoveredAsync(session, Look(Path.Combine(recordingsFolder, session)));
    }

    internal static LedgerRecovered Look(string path)
    {
        try
        {
            var sealedSegments = 0;
            while (File.Exists(Path.Combine(path, Names.Segment(sealedSegments, Names.Checkpoint))))
                sealedSegments++;
            var entries = 0L;
            for (var index = 0; File.Exists(Path.Combine(path, Names.Segment(index, Names.Entries))); index++)
                entries += LedgerReader.ReadLines(Path.Combine(path, Names.Segment(index, Names.Entries))).LongCount();
            var head = sealedSegments == 0
                ? null
                : Digest.Hex(File.ReadAllBytes(Path.Combine(path, Names.Segment(sealedSegments - 1, Names.Checkpoint))));
            return new LedgerRecovered(sealedSegments, head, entries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"{path} cannot be read: {e.Message}", e);
        }
    }
}
