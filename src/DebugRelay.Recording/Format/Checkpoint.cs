using System.Buffers;
using System.Globalization;
using System.Text;

namespace DebugRelay.Recording;

/// <summary>What a segment added to one stream.</summary>
/// <param name="Name">The stream's file name.</param>
/// <param name="Offset">Where the piece begins: the stream's length at the checkpoint before.</param>
/// <param name="Bytes">The piece's length.</param>
/// <param name="Sha256">The piece's SHA-256, in hex.</param>
/// <param name="Whole">The whole stream's SHA-256 when this piece completes it, otherwise null.</param>
/// <param name="IsHashed">Whether the recording keeps the stream by its hash alone: there is no file.</param>
internal sealed record StreamPiece(string Name, long Offset, long Bytes, string Sha256, string? Whole, bool IsHashed = false)
{
    public const string Kept = "stream";
    public const string Hashed = "hashed";

    public long End => Offset + Bytes;
}

/// <summary>The statement that a segment's key signs. Its text, and nothing else, is what is hashed and signed.</summary>
internal sealed record Checkpoint(
    string Host,
    string Session,
    int Index,
    long TimeMilliseconds,
    long FirstEntry,
    long EntryCount,
    string EntriesSha256,
    string PreviousSha256,
    string ChainSha256,
    string NextKeySha256,
    IReadOnlyList<StreamPiece> Streams)
{
    public const string Algorithm = "ecdsa-p256-sha256";
    public const string NoPrevious = "none";
    public const string Final = "final";

    private const string Title = "debugrelay-checkpoint 1";
    private const string StreamOpen = "open";
    private const int HexLength = 64;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    public bool IsFinal => NextKeySha256 == Final;

    public byte[] Render()
    {
        var text = new StringBuilder();
        text.Append(Title).Append('\n');
        text.Append("algorithm ").Append(Algorithm).Append('\n');
        text.Append("host ").Append(Host).Append('\n');
        text.Append("session ").Append(Session).Append('\n');
        Line(text, $"index {Index}");
        Line(text, $"time {TimeMilliseconds / 1000}.{TimeMilliseconds % 1000:D3}");
        Line(text, $"entries {FirstEntry} {EntryCount}");
        Line(text, $"entries-sha256 {EntriesSha256}");
        Line(text, $"previous-sha256 {PreviousSha256}");
        Line(text, $"agent-sha256 {ChainSha256}");
        Line(text, $"next-key-sha256 {NextKeySha256}");
        foreach (var piece in Streams)
            Line(text, $"{(piece.IsHashed ? StreamPiece.Hashed : StreamPiece.Kept)} {piece.Name} {piece.Offset} {piece.Bytes} {piece.Sha256} {piece.Whole ?? StreamOpen}");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Reads exactly what <see cref="Render"/> writes; null for anything else.</summary>
    public static Checkpoint? Parse(ReadOnlySpan<byte> bytes)
    {
        var reader = new LineReader(Encoding.Latin1.GetString(bytes));
        if (!reader.Is(Title) || !reader.Is("algorithm " + Algorithm))
            return null;
        var host = reader.Values("host", 1);
        var session = reader.Values("session", 1);
        var index = reader.Values("index", 1);
        var time = reader.Values("time", 1);
        var entries = reader.Values("entries", 2);
        var sha256 = reader.Values("entries-sha256", 1);
        var previous = reader.Values("previous-sha256", 1);
        var chain = reader.Values("agent-sha256", 1);
        var next = reader.Values("next-key-sha256", 1);
        var streams = ParseStreams(ref reader);
        if (reader.Failed
            || !Names.IsValid(host[0]) || !Names.IsValid(session[0])
            || !IsHex(sha256[0]) || !IsHexOr(previous[0], NoPrevious) || !IsHex(chain[0]) || !IsHexOr(next[0], Final)
            || !TryCount(index[0], int.MaxValue, out var number) || !TryTime(time[0], out var milliseconds)
            || !TryCount(entries[0], long.MaxValue / 2, out var first) || !TryCount(entries[1], long.MaxValue / 2, out var count))
            return null;
        var checkpoint = new Checkpoint(
            host[0], session[0], (int)number, milliseconds, first, count, sha256[0], previous[0], chain[0], next[0], streams);
        return checkpoint.Render().AsSpan().SequenceEqual(bytes) ? checkpoint : null;
    }

    private static List<StreamPiece> ParseStreams(ref LineReader reader)
    {
        var streams = new List<StreamPiece>();
        while (!reader.Failed && !reader.AtEnd)
        {
            var isHashed = reader.Follows(StreamPiece.Hashed);
            var values = reader.Values(isHashed ? StreamPiece.Hashed : StreamPiece.Kept, 5);
            if (Names.IsValid(values[0]) && TryCount(values[1], long.MaxValue / 2, out var offset)
                && TryCount(values[2], long.MaxValue / 2, out var bytes) && IsHex(values[3]) && IsHexOr(values[4], StreamOpen))
                streams.Add(new StreamPiece(values[0], offset, bytes, values[3], values[4] == StreamOpen ? null : values[4], isHashed));
            else
                reader.Failed = true;
        }

        return streams;
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static bool TryCount(string text, long limit, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= limit;

    private static bool TryTime(string text, out long milliseconds)
    {
        milliseconds = 0;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        // 253402300800 is the year 10000, the end of what a certificate's date can say.
        if (dot < 1 || dot != text.Length - 4
            || !TryCount(text[..dot], 253402300799, out var seconds) || !TryCount(text[(dot + 1)..], 999, out var rest))
            return false;
        milliseconds = (seconds * 1000) + rest;
        return true;
    }

    private static bool IsHexOr(string text, string word) => text == word || IsHex(text);

    internal static bool IsHex(ReadOnlySpan<char> text) => text.Length == HexLength && !text.ContainsAnyExcept(HexDigits);

    private ref struct LineReader(string text)
    {
        private readonly string _text = text;
        private int _position;

        public bool Failed { get; set; }

        public readonly bool AtEnd => _position == _text.Length;

        public bool Is(string line) => Next() == line;

        /// <summary>Whether the next line has this name.</summary>
        public readonly bool Follows(string name) => _text.AsSpan(_position).StartsWith(name);

        /// <summary>The values of a line; empty strings, and <see cref="Failed"/>, if the line is another.</summary>
        public string[] Values(string name, int count)
        {
            var words = Next().Split(' ');
            if (words.Length == count + 1 && words[0] == name)
                return words[1..];
            Failed = true;
            return [.. Enumerable.Repeat("", count)];
        }

        private string Next()
        {
            var end = _text.IndexOf('\n', _position);
            if (end < 0)
            {
                Failed = true;
                return "";
            }

            var line = _text[_position..end];
            _position = end + 1;
            return line;
        }
    }
}
