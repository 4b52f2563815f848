using System.Buffers;
using System.Globalization;

namespace DebugRelay.Recording;

/// <summary>The names of a recording's files, and which names may be given to its parts.</summary>
internal static class Names
{
    public const string Chain = "agent.crt";
    public const string Streams = "streams";

    /// <summary>What an encrypted stream's own files add to its name: its pieces, and their key.</summary>
    public const string EncryptedPieces = ".enc";

    /// <inheritdoc cref="EncryptedPieces"/>
    public const string EncryptedKey = ".key";

    /// <summary>The signature of the engineer's client on the end.</summary>
    public const string Countersignature = "end.sig";

    public const string ReviewDocument = ".json";
    public const string ReviewSignature = ".p7s";

    public const string Entries = "ndjson";
    public const string Key = "pub";
    public const string KeyCertification = "cert";
    public const string Signature = "sig";
    public const string Checkpoint = "checkpoint";
    public const string UnfinishedCheckpoint = Checkpoint + Unfinished;

    /// <summary>What is added to the name of a file that is being written.</summary>
    public const string Unfinished = ".new";

    /// <summary>What a sealed segment consists of beside its checkpoint, in the order of checking.</summary>
    public static readonly string[] Sealed = [Entries, Key, KeyCertification, Signature];

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>
    /// Whether a file came to the recording after its end, so that no checkpoint speaks of it: the end's countersignature, or a review, which is signed by
    /// its reviewer: <c>review.json</c> and <c>review.p7s</c>, <c>review-2.json</c> and so on.
    /// </summary>
    public static bool IsAfterthought(string fileName)
    {
        // A crash leaves them half written under another name.
        var name = fileName.EndsWith(Unfinished, StringComparison.Ordinal) ? fileName[..^Unfinished.Length] : fileName;
        return name == Countersignature || IsReview(name);
    }

    private static bool IsReview(string fileName) =>
        Path.GetExtension(fileName) is ReviewDocument or ReviewSignature
        && Enumerable.Range(1, Limits.MaxReviews).Any(number => Path.GetFileNameWithoutExtension(fileName) == Review(number));

    /// <summary>The name of a review's files, without the extension.</summary>
    public static string Review(int number) => number == 1 ? "review" : string.Create(CultureInfo.InvariantCulture, $"review-{number}");

    public static string Segment(int index, string extension) => $"{Number(index)}.{extension}";

    public static string Number(int index) => index.ToString("D4", CultureInfo.InvariantCulture);

    /// <summary>Letters, digits, dot, underscore and hyphen, not beginning with a dot or a hyphen: safe as a file name and in a signed line.</summary>
    public static bool IsValid(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= Limits.MaxName && name[0] is not ('.' or '-') && !name.ContainsAnyExcept(Allowed);

    public static string Require(string name, string what)
    {
        if (!IsValid(name))
            throw new RecordingException(RecordingError.InvalidName, $"The {what}'s name may hold letters, digits, '.', '_' and '-' only.");
        return name;
    }

    /// <summary>Splits <c>0012.checkpoint</c> into 12 and <c>checkpoint</c>; false where the number is not written as it must be.</summary>
    public static bool TryParseSegment(string fileName, out int index, out string extension)
    {
        index = 0;
        extension = "";
        var dot = fileName.IndexOf('.', StringComparison.Ordinal);
        if (dot is < 4 or > 9 || !int.TryParse(fileName.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out index))
            return false;
        extension = fileName[(dot + 1)..];
        return fileName.AsSpan(0, dot).SequenceEqual(Number(index));
    }
}
