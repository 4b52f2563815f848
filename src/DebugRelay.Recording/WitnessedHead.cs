using System.Globalization;

namespace DebugRelay.Recording;

/// <summary>A checkpoint that someone off the host has seen.</summary>
/// <param name="Session">The session.</param>
/// <param name="Index">The segment's number.</param>
/// <param name="Sha256">The SHA-256 of <c>NNNN.checkpoint</c> in lower-case hex.</param>
public sealed record WitnessedHead(string Session, int Index, string Sha256)
{
    /// <summary>Reads a file of lines <c>session index sha256</c>; empty lines are passed over.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The heads, in the file's order.</returns>
    /// <exception cref="RecordingException">The file cannot be read, is too large, or holds another kind of line.</exception>
    public static IReadOnlyList<WitnessedHead> ReadFile(string path)
    {
        try
        {
            if (new FileInfo(path).Length > Limits.MaxHeadsFile)
                throw new RecordingException(RecordingError.Unreadable, $"{path} has more than {Limits.MaxHeadsFile} bytes.");
            return [.. File.ReadLines(path).Where(line => line.Length > 0).Select(Parse)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"The heads cannot be read: {e.Message}", e);
        }
    }

    private static WitnessedHead Parse(string line)
    {
        var words = line.Split(' ');
        if (words.Length == 3 && Names.IsValid(words[0]) && Checkpoint.IsHex(words[2])
            && words[1].Length <= 9 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return new WitnessedHead(words[0], index, words[2]);
        throw new RecordingException(RecordingError.Unreadable, "A line of the heads is not 'session index sha256'.");
    }
}
