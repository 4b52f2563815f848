using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>E-mail addresses: from each at sign outwards. Both walks stop at the next at sign, so the work is linear.</summary>
internal sealed class EmailDetector : Detector
{
    public override Rule Rule => Rule.Email;

    public override Anchors Anchor => Anchors.At;

    public override Canary Canary => new("written by canary.bird@example.com today", "canary.bird@example.com");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var from = 0;
        for (var at = text.IndexOf('@'); at >= 0; at = Next(text, at))
        {
            var start = LocalStart(text, at, from);
            var end = DomainEnd(text, at + 1);
            if (start < at && end > 0 && !IsSomethingElse(text, start, at, end))
            {
                hits.Add(start, end - start, Rule);
            }

            from = at + 1;
        }
    }

    private static int Next(ReadOnlySpan<char> text, int at)
    {
        var next = text[(at + 1)..].IndexOf('@');
        return next < 0 ? -1 : at + 1 + next;
    }

    private static int LocalStart(ReadOnlySpan<char> text, int at, int from)
    {
        if (at > from && text[at - 1] == '"')
        {
            var quote = text[from..(at - 1)].LastIndexOf('"');
            return quote < 0 ? at : from + quote;
        }

        var start = at;
        while (start > from && IsLocal(text[start - 1]))
        {
            start--;
        }

        while (start < at && text[start] is '.' or '-' or '\'')
        {
            start++;
        }

        return start;
    }

    private static bool IsLocal(char c) =>
        char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '%' or '+' or '-' or '\'' or '!' or '#' or '$' or '*' or '~' or '^'
        || (c >= 0x80 && char.IsLetterOrDigit(c));

    /// <summary>The end of the longest domain whose last label is a top-level domain; 0 if there is none.</summary>
    private static int DomainEnd(ReadOnlySpan<char> text, int start)
    {
        if (start < text.Length && text[start] == '[')
        {
            return AddressLiteralEnd(text, start);
        }

        var best = 0;
        var label = start;
        for (var i = start; i <= text.Length; i++)
        {
            if (i < text.Length && IsDomain(text[i]))
            {
                continue;
            }

            best = label > start && IsTopLevel(text[label..i]) ? i : best;
            if (i == label || i == text.Length || text[i] != '.')
            {
                break;
            }

            label = i + 1;
        }

        return best;
    }

    private static int AddressLiteralEnd(ReadOnlySpan<char> text, int start)
    {
        var rest = text[(start + 1)..Math.Min(text.Length, start + 48)];
        var length = rest.IndexOf(']');
        return length > 2 && !rest[..length].ContainsAnyExcept(CharacterSets.AddressLiteral) ? start + length + 2 : 0;
    }

    private static bool IsDomain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' || (c >= 0x80 && char.IsLetterOrDigit(c));

    private static bool IsTopLevel(ReadOnlySpan<char> label)
    {
        if (label.Length < 2 || label.StartsWith("xn--", StringComparison.OrdinalIgnoreCase))
        {
            return label.Length > 4;
        }

        foreach (var c in label)
        {
            if (!char.IsLetter(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// <c>git@host</c>, package versions (<c>a@1.2.0-beta.rc</c>), F# closures (<c>f@12-3.Invoke</c>), pictures (<c>a@2x.png</c>), user info of URLs.
    /// </summary>
    private static bool IsSomethingElse(ReadOnlySpan<char> text, int start, int at, int end)
    {
        var domain = text[(at + 1)..end];
        if (text[start..at].Equals("git", StringComparison.OrdinalIgnoreCase) || UrlCredentialsDetector.IsUserInfo(text, start))
        {
            return true;
        }

        if (!char.IsAsciiDigit(domain[0]))
        {
            return false;
        }

        var first = domain[..domain.IndexOf('.')];
        var last = domain[(domain.LastIndexOf('.') + 1)..];
        return !first.ContainsAnyExcept(CharacterSets.DigitsAndDashes) && (char.IsDigit(domain[first.Length + 1]) || char.IsUpper(last[0]))
            || (first is "2x" or "3x" && last is "png" or "jpg" or "jpeg" or "gif" or "svg" or "webp");
    }
}
