using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using DebugRelay.Scrubbing.Detectors;

namespace DebugRelay.Scrubbing.Text;

/// <summary>Finds runs of base64 long enough to hold a secret, and decodes them to text.</summary>
internal static class Base64Runs
{
    private static readonly SearchValues<byte> TextBytes = 
        SearchValues.Create([0, (byte)'\t', (byte)'\r', (byte)'\n', .. Enumerable.Range(' ', 95).Select(c => (byte)c)]);

    /// <summary>
    /// The next run from <paramref name="from"/> on, without its padding. Only every 24th character is looked at: no run hides between.
    /// </summary>
    public static bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        start = end = from;
        for (var probe = from + Limits.Base64Run - 1; probe < text.Length; probe = end + Limits.Base64Run)
        {
            if (!Characters.IsBase64(text[probe]))
            {
                end = probe;
                continue;
            }

            start = probe;
            while (start > from && Characters.IsBase64(text[start - 1]))
            {
                start--;
            }

            end = Characters.SkipBase64(text, probe);
            if (end - start >= Limits.Base64Run)
            {
                return true;
            }
        }

        return false;
    }

    public static int SkipPadding(ReadOnlySpan<char> text, int end)
    {
        for (var left = 2; left > 0 && end < text.Length && text[end] == '='; left--)
        {
            end++;
        }

        return end;
    }

    /// <summary>
    /// Whether the first six bytes are ASCII text, or the zeros of UTF-16: a cheap look before a run is decoded from somewhere
    /// inside.
    /// </summary>
    public static bool BeginsWithText(ReadOnlySpan<char> run)
    {
        Span<byte> bytes = stackalloc byte[6];
        Span<char> alphabet = stackalloc char[8];
        if (run.Length < Limits.Base64Run)
        {
            return false;
        }

        run[..8].CopyTo(alphabet);
        alphabet.Replace('+', '-');
        alphabet.Replace('/', '_');
        return Base64Url.DecodeFromChars(alphabet, bytes, out _, out _) == OperationStatus.Done && !bytes.ContainsAnyExcept(TextBytes);
    }

    /// <summary>Fills the view with the decoded text. Bytes that are no text become blanks. Answers whether most of it is text.</summary>
    public static bool Decode(ReadOnlySpan<char> run, DecodedView view)
    {
        run = run[..(run.Length - (run.Length % 4 == 1 ? 1 : 0))];
        var scratch = view.Bytes((run.Length * 2) + run.Length);
        var alphabet = MemoryMarshal.Cast<byte, char>(scratch[..(run.Length * 2)]);
        var bytes = scratch[(run.Length * 2)..];
        run.Replace(alphabet, '+', '-');
        alphabet.Replace('/', '_');
        if (!TryDecode(alphabet, bytes, out var count))
        {
            view.Start(0);
            return false;
        }

        return IsUtf16(bytes[..count]) ? AddUtf16(bytes[..count], view) : AddUtf8(bytes[..count], view);
    }

    /// <summary>The last character may hold stray bits (a cut run); then it is left out.</summary>
    private static bool TryDecode(ReadOnlySpan<char> alphabet, Span<byte> bytes, out int count) =>
        Base64Url.DecodeFromChars(alphabet, bytes, out _, out count) == OperationStatus.Done
        || Base64Url.DecodeFromChars(alphabet[..(alphabet.Length / 4 * 4)], bytes, out _, out count) == OperationStatus.Done;

    private static bool IsUtf16(ReadOnlySpan<byte> bytes)
    {
        var zeros = 0;
        for (var i = 1; i < bytes.Length; i += 2)
        {
            zeros += bytes[i] == 0 ? 1 : 0;
        }

        return zeros * 8 > bytes.Length * 3;
    }

    private static bool AddUtf16(ReadOnlySpan<byte> bytes, DecodedView view)
    {
        view.Start(bytes.Length / 2);
        for (var i = 0; i + 1 < bytes.Length; i += 2)
        {
            view.Add((char)(bytes[i] | (bytes[i + 1] << 8)), 0);
        }

        return true;
    }

    private static bool AddUtf8(ReadOnlySpan<byte> bytes, DecodedView view)
    {
        view.Start(bytes.Length);
        var text = 0;
        for (var i = 0; i < bytes.Length;)
        {
            var used = 1;
            var c = (char)bytes[i];
            if (c >= 0x80)
            {
                c = Rune.DecodeFromUtf8(bytes[i..], out var rune, out used) == OperationStatus.Done && rune.IsBmp ? (char)rune.Value : ' ';
            }
            else if (c < ' ' && c is not ('\t' or '\r' or '\n'))
            {
                c = ' ';
            }

            text += c == ' ' && bytes[i] != ' ' ? 0 : used;
            view.Add(c, 0);
            i += used;
        }

        return text * 8 >= bytes.Length * 7;
    }
}
