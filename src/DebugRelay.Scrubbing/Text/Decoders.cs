using System.Buffers;
using System.Globalization;
using System.Text;

namespace DebugRelay.Scrubbing.Text;

/// <summary>Makes decoded views of a text. Each answers false where there is nothing to decode, and leaves what is not well-formed alone.</summary>
internal static class Decoders
{
    private static readonly SearchValues<char> ZeroWidth =
        SearchValues.Create(
            "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f"
            + "\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff");

    /// <summary>Percent-encoded characters, UTF-8 sequences among them.</summary>
    public static bool Percent(ReadOnlySpan<char> text, DecodedView view)
    {
        var next = text.IndexOf('%');
        if (next < 0)
        {
            return false;
        }

        view.Start(text.Length);
        var changed = false;
        var i = 0;
        while (next >= 0)
        {
            view.Add(text.Slice(i, next), i);
            i += next;
            var used = DecodePercent(text, i, view);
            changed |= used > 0;
            if (used == 0)
            {
                view.Add('%', i);
            }

            i += Math.Max(1, used);
            next = text[i..].IndexOf('%');
        }

        view.Add(text[i..], i);
        view.End(text.Length);
        return changed;
    }

    /// <summary>JSON's escapes, and \xHH.</summary>
    public static bool Escapes(ReadOnlySpan<char> text, DecodedView view)
    {
        var next = text.IndexOf('\\');
        if (next < 0)
        {
            return false;
        }

        view.Start(text.Length);
        var changed = false;
        var i = 0;
        while (next >= 0)
        {
            view.Add(text.Slice(i, next), i);
            i += next;
            var used = DecodeEscape(text[i..], out var c);
            changed |= used > 1;
            view.Add(c, i);
            i += used;
            next = text[i..].IndexOf('\\');
        }

        view.Add(text[i..], i);
        view.End(text.Length);
        return changed;
    }

    /// <summary>
    /// What reads as plain text but is not: characters without width are dropped; other scripts' digits, full-width forms, dashes and blanks
    /// become ASCII.
    /// </summary>
    public static bool Lookalikes(ReadOnlySpan<char> text, DecodedView view)
    {
        view.Start(text.Length);
        var changed = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c >= 0x80 && ZeroWidth.Contains(c))
            {
                changed = true;
                continue;
            }

            var plain = c < 0x80 ? c : Plain(c);
            changed |= plain != c;
            view.Add(plain, i);
        }

        view.End(text.Length);
        return changed;
    }

    private static int DecodePercent(ReadOnlySpan<char> text, int start, DecodedView view)
    {
        Span<byte> bytes = stackalloc byte[4];
        var count = 0;
        while (count < bytes.Length && TryHex(text, start + (3 * count) + 1, out bytes[count]) && text[start + (3 * count)] == '%')
        {
            count++;
            if (bytes[0] < 0x80)
            {
                view.Add((char)bytes[0], start);
                return 3;
            }
        }

        if (count == 0 || Rune.DecodeFromUtf8(bytes[..count], out var rune, out var used) != OperationStatus.Done)
        {
            return 0;
        }

        Span<char> chars = stackalloc char[2];
        foreach (var c in chars[..rune.EncodeToUtf16(chars)])
        {
            view.Add(c, start);
        }

        return used * 3;
    }

    private static bool TryHex(ReadOnlySpan<char> text, int start, out byte value)
    {
        value = 0;
        return start + 2 <= text.Length
            && byte.TryParse(text.Slice(start, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Characters used; 1 where the backslash stands for itself.</summary>
    private static int DecodeEscape(ReadOnlySpan<char> text, out char c)
    {
        c = '\\';
        if (text.Length < 2)
        {
            return 1;
        }

        if (text[1] == 'u' && text.Length >= 6 
            && ushort.TryParse(text.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
        {
            c = (char)unit;
            return 6;
        }

        if (text[1] == 'x' && TryHex(text, 2, out var value))
        {
            c = (char)value;
            return 4;
        }

        var simple = "\"\\/'bfnrt".IndexOf(text[1], StringComparison.Ordinal);
        c = simple < 0 ? '\\' : "\"\\/'\b\f\n\r\t"[simple];
        return simple < 0 ? 1 : 2;
    }

    private static char Plain(char c) => c switch
    {
        >= '\uff01' and <= '\uff5e' => (char)(c - 0xfee0),
        '\u00a0' or '\u2007' or '\u202f' or '\u205f' or '\u3000' or (>= '\u2000' and <= '\u200a') => ' ',
        (>= '\u2010' and <= '\u2015') or '\u2212' or '\ufe58' or '\ufe63' => '-',
        '\ufe6b' => '@',
        '\u2024' or '\ufe52' => '.',
        '\ua789' or '\ufe55' => ':',
        _ => CharUnicodeInfo.GetDecimalDigitValue(c) is var digit and >= 0 and <= 9 ? (char)('0' + digit) : c,
    };
}
