using System.Text.Json;

namespace DebugRelay.Recording;

/// <summary>One entry of a recording.</summary>
/// <param name="Counter">Its place in the session, from 0. The order is the counter's: clocks may step.</param>
/// <param name="Time">The host's clock when it was written.</param>
/// <param name="Kind">What it tells of.</param>
/// <param name="Body">Its JSON object.</param>
/// <param name="Segment">The segment's number.</param>
/// <param name="IsSealed">Whether the segment has a checkpoint; without one nothing vouches for the entry.</param>
public sealed record RecordingEntry(long Counter, DateTimeOffset Time, string Kind, JsonElement Body, int Segment, bool IsSealed);

/// <summary>Reads recordings. It verifies nothing: what is read is worth what <see cref="RecordingVerifier"/> says.</summary>
public static class RecordingReader
{
    /// <summary>The sessions that have a folder.</summary>
    /// <param name="recordingsFolder">The folder of all recordings.</param>
    /// <returns>Their names, in ordinal order.</returns>
    /// <exception cref="RecordingException">The folder cannot be read.</exception>
    public static IReadOnlyList<string> ListSessions(string recordingsFolder)
    {
        try
        {
            return [.. new DirectoryInfo(recordingsFolder).EnumerateDirectories()
                .Select(folder => folder.Name).Where(name => Names.IsValid(name)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"The recordings cannot be listed: {e.Message}", e);
        }
    }

    /// <summary>Reads a session's entries in order, sealed ones and those that a crash left; a last line that was cut is passed over.</summary>
    /// <param name="path">The session's folder.</param>
    /// <returns>The entries, read as they are asked for.</returns>
    /// <exception cref="RecordingException">A segment cannot be read, or holds something else than entries.</exception>
    public static IEnumerable<RecordingEntry> ReadEntries(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Read(path);
    }

    private static IEnumerable<RecordingEntry> Read(string path)
    {
        for (var index = 0; ; index++)
        {
            var file = Path.Combine(path, Names.Segment(index, Names.Entries));
            if (!File.Exists(file))
                yield break;
            var isSealed = File.Exists(Path.Combine(path, Names.Segment(index, Names.Checkpoint)));
            foreach (var line in ReadLines(file, isSealed))
                yield return Parse(line, index, isSealed);
        }
    }

    private static IEnumerable<byte[]> ReadLines(string path, bool isSealed)
    {
        using var file = Open(path);
        var buffer = new byte[64 * 1024];
        var line = new MemoryStream();
        int read;
        while ((read = ReadSome(file, buffer)) > 0)
        {
            for (var start = 0; start < read;)
            {
                var end = buffer.AsSpan(start, read - start).IndexOf((byte)'\n');
                var length = end < 0 ? read - start : end;
                if (line.Length + length > Limits.MaxEntryLine)
                    throw new RecordingException(RecordingError.Unreadable, $"{path} holds a line of more than {Limits.MaxEntryLine} bytes.");
                line.Write(buffer, start, length);
                start += length + 1;
                if (end < 0)
                    break;
                yield return line.ToArray();
                line.SetLength(0);
            }
        }

        if (line.Length > 0 && isSealed)
            throw new RecordingException(RecordingError.Unreadable, $"{path} is sealed but ends in the middle of a line.");
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"{path} cannot be read: {e.Message}", e);
        }
    }

    private static int ReadSome(FileStream file, byte[] buffer)
    {
        try
        {
            return file.Read(buffer);
        }
        catch (IOException e)
        {
            throw new RecordingException(RecordingError.Unreadable, $"{file.Name} cannot be read: {e.Message}", e);
        }
    }

    private static RecordingEntry Parse(byte[] line, int segment, bool isSealed)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return new RecordingEntry(
                root.GetProperty("n"u8).GetInt64(), root.GetProperty("time"u8).GetDateTimeOffset(), root.GetProperty("kind"u8).GetString() ?? "",
                root.GetProperty("body"u8).Clone(), segment, isSealed);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"Segment {Names.Number(segment)} holds a line that is no entry.", e);
        }
    }
}
