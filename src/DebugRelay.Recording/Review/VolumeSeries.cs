namespace DebugRelay.Recording;

/// <summary>Bytes delivered in a span of time, as the checkpoints state them.</summary>
/// <param name="From">The checkpoint before, or the session's beginning.</param>
/// <param name="To">This checkpoint.</param>
/// <param name="Bytes">Bytes that all streams grew by.</param>
public sealed record VolumeSpan(DateTimeOffset From, DateTimeOffset To, long Bytes);

/// <summary>How much was delivered when. The resolution is that of the checkpoints: five seconds.</summary>
public static class VolumeSeries
{
    // The end of the year 9999: a forged checkpoint may name any number.
    private const long LatestTime = 253_402_300_799_999;

    /// <summary>Reads the checkpoints of a session; what cannot be read ends the series.</summary>
    /// <param name="path">The session's folder.</param>
    /// <param name="opened">When the session was opened.</param>
    /// <returns>The spans in order, empty ones included.</returns>
    public static IReadOnlyList<VolumeSpan> Read(string path, DateTimeOffset opened)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var spans = new List<VolumeSpan>();
        var hashed = new HashSet<string>(StringComparer.Ordinal);
        var from = opened;
        foreach (var checkpoint in CheckpointFiles.Read(path))
        {
            var to = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(checkpoint.TimeMilliseconds, 0, LatestTime));
            hashed.UnionWith(checkpoint.Streams.Where(piece => piece.IsHashed).Select(piece => piece.Name));
            spans.Add(new VolumeSpan(from, to < from ? from : to, checkpoint.Streams.Where(piece => !IsCopy(piece.Name, hashed)).Sum(piece => piece.Bytes)));
            from = spans[^1].To;
        }

        return spans;
    }

    /// <summary>What an encrypted stream is kept in was not delivered besides.</summary>
    private static bool IsCopy(string name, HashSet<string> hashed) =>
        (name.EndsWith(Names.EncryptedPieces, StringComparison.Ordinal) || name.EndsWith(Names.EncryptedKey, StringComparison.Ordinal))
        && hashed.Contains(Path.GetFileNameWithoutExtension(name));
}
