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
        var from = opened;
        for (var index = 0; ReadCheckpoint(path, index) is { } checkpoint; index++)
        {
            var to = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(checkpoint.TimeMilliseconds, 0, LatestTime));
            spans.Add(new VolumeSpan(from, to < from ? from : to, checkpoint.Streams.Sum(piece => piece.Bytes)));
            from = spans[^1].To;
        }

        return spans;
    }

    private static Checkpoint? ReadCheckpoint(string path, int index)
    {
        var file = Path.Combine(path, Names.Segment(index, Names.Checkpoint));
        try
        {
            return File.Exists(file) && new FileInfo(file).Length <= Limits.MaxCheckpoint ? Checkpoint.Parse(File.ReadAllBytes(file)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
