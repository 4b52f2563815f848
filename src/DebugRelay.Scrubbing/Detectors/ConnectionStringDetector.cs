using System.Buffers;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// Secrets among the <c>key=value;</c> pairs of connection strings, with these strings' rules for quotes and spaces, and signatures in the queries
/// of URLs (<c>?sv=…&amp;sig=…</c>). Server, database and user stay.
/// </summary>
internal sealed class ConnectionStringDetector : Detector
{
    private static readonly string[] Keys =
        ["password", "pwd", "accountkey", "sharedaccesskey", "sharedaccesssignature", "sharedsecret", "accesskey", "clientsecret"];
    private static readonly string[] QueryKeys = ["sig=", "signature="];
    private static readonly SearchValues<string> All = SearchValues.Create([.. Keys, .. QueryKeys], StringComparison.OrdinalIgnoreCase);

    public override Rule Rule => Rule.ConnectionString;

    public override Anchors Anchor => Anchors.Keyword;

    public override IEnumerable<string> Literals => [.. Keys, .. QueryKeys];

    public override Canary Canary => new("Server=db;Database=shop;User Id=app;Password=canary bird 1;Encrypt=true", "canary bird 1");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        // Where an unquoted value ends does not depend on where it began: searched for anew only when passed, so that a hostile field stays linear.
        int i = 0, unquotedEnd = 0;
        while (text[i..].IndexOfAny(All) is var next and >= 0)
        {
            i += next;
            var equals = EqualsAfterKey(text, i);
            var start = equals < 0 ? 0 : Characters.SkipBlank(text, equals + 1);
            var end = equals < 0 ? 0 : ValueEnd(text, i, ref start, ref unquotedEnd);
            if (end > start && !Placeholders.Is(text[start..end]) && !(start > equals + 1 && SecretValue.IsExpression(text[start..end])))
            {
                hits.Add(start, end - start, Rule);
                i = end;
            }
            else
            {
                i++;
            }
        }
    }

    private static int EqualsAfterKey(ReadOnlySpan<char> text, int i)
    {
        var key = i;
        while (i < text.Length && i - key < Limits.KeyLength && char.IsAsciiLetter(text[i]))
        {
            i++;
        }

        if (!EndsKey(text[key..i]))
        {
            return -1;
        }

        i = Characters.SkipBlank(text, i);
        return i + 1 < text.Length && text[i] == '=' && text[i + 1] != '=' ? i : -1;
    }

    /// <summary>SharedAccessKey, and not SharedAccessKeyName.</summary>
    private static bool EndsKey(ReadOnlySpan<char> word)
    {
        foreach (var key in Keys)
        {
            if (word.EndsWith(key, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return word.Equals("sig", StringComparison.OrdinalIgnoreCase) || word.EndsWith("signature", StringComparison.OrdinalIgnoreCase);
    }

    private static int ValueEnd(ReadOnlySpan<char> text, int key, ref int start, ref int unquotedEnd)
    {
        var before = KeyStart(text, key);
        var opener = before > 0 ? text[before - 1] : '\0';
        if (opener is '?' or '&')
        {
            return IsQueryKey(text[key..]) ? UntilAny(text, start, "&#\"'<>; \t\r\n\\") : 0;
        }

        if (start == text.Length || IsQueryKey(text[key..]))
        {
            return 0;
        }

        var end = text[start] switch
        {
            '"' => ClosingQuote(text, ref start, '"'),
            '\'' => ClosingQuote(text, ref start, '\''),
            '{' => ClosingQuote(text, ref start, '}'),
            _ => unquotedEnd = unquotedEnd > start ? unquotedEnd : UnquotedEnd(text, start),
        };
        return opener == ';' || FollowedByPair(text, end) ? CutAtBlank(text, start, end) : 0;
    }

    private static bool IsQueryKey(ReadOnlySpan<char> text) => text.StartsWith("sig", StringComparison.OrdinalIgnoreCase);

    /// <summary>Start of the key this keyword belongs to: "Jet OLEDB:Database Password".</summary>
    private static int KeyStart(ReadOnlySpan<char> text, int i)
    {
        var floor = Math.Max(0, i - Limits.KeyLength);
        while (i > floor && (char.IsAsciiLetterOrDigit(text[i - 1]) || text[i - 1] is ' ' or '_' or '-' or ':' or '\t'))
        {
            i--;
        }

        return i;
    }

    private static int UntilAny(ReadOnlySpan<char> text, int start, ReadOnlySpan<char> stops)
    {
        var length = text[start..].IndexOfAny(stops);
        return length < 0 ? text.Length : start + length;
    }

    /// <summary>A doubled quote stands for one. Without a closing quote, the value ends as if it had none.</summary>
    private static int ClosingQuote(ReadOnlySpan<char> text, ref int start, char quote)
    {
        for (var i = start + 1; i < text.Length && text[i] is not ('\r' or '\n'); i++)
        {
            if (text[i] == quote && (i + 1 == text.Length || text[i + 1] != quote))
            {
                start++;
                return i;
            }

            i += text[i] == quote ? 1 : 0;
        }

        return UntilAny(text, start + 1, ";\r\n");
    }

    /// <summary>
    /// To a ';' or the end of the line. A quotation mark inside a value belongs to it; before anything else it ends the whole
    /// string.
    /// </summary>
    private static int UnquotedEnd(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        do
        {
            end = UntilAny(text, end + 1, ";\"\r\n");
        }
        while (end + 1 < text.Length && text[end] == '"' && char.IsLetterOrDigit(text[end + 1]));
        return end;
    }

    private static bool FollowedByPair(ReadOnlySpan<char> text, int end)
    {
        var rest = text[end..Math.Min(text.Length, end + Limits.KeyLength)];
        var semicolon = rest.IndexOf(';');
        if (semicolon is not (0 or 1))
        {
            return false;
        }

        rest = rest[(semicolon + 1)..].TrimStart();
        var key = rest.IndexOf('=');
        return rest.IsEmpty || (key > 0 && !rest[..key].ContainsAnyExcept(CharacterSets.PairKey));
    }

    /// <summary>The last value of a string inside a sentence has no ';' after it: it ends at the first blank.</summary>
    private static int CutAtBlank(ReadOnlySpan<char> text, int start, int end) =>
        end < text.Length && text[end] is ';' or '"' or '\'' or '}' ? end : UntilAny(text[..end], start, " \t");
}
