using System.Buffers;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>Values in the query of a URL or a path, <c>/search?q=…&amp;page=2</c>, but for those of names that are known to be harmless. Names stay.</summary>
internal sealed class UrlQueryDetector(NameList harmless) : Detector
{
    private const int LongestName = 64;

    private static readonly SearchValues<char> EndOfValue = SearchValues.Create("&# \t\r\n\"'<>`\\|{}");
    private static readonly SearchValues<char> Name =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$%[]:~");

    public override Rule Rule => Rule.UrlQuery;

    public override Anchors Anchor => Anchors.Query;

    public override Canary Canary => new("GET /orders?customer=canarybird&page=2", "canarybird");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while (text[i..].IndexOf('?') is var next and >= 0)
        {
            var start = i + next + 1;
            i = start;
            if (start == 1 || IsInUrl(text[start - 2]))
            {
                i = FindPairs(text, start, hits);
            }
        }
    }

    private static bool IsInUrl(char c) => char.IsLetterOrDigit(c) || c is '/' or '_' or '-' or '.' or ')' or '}' or '%' or '"' or '\'' or '=' or ':' or '~' or '*';

    /// <summary>Walks from pair to pair; answers where the query ends.</summary>
    private int FindPairs(ReadOnlySpan<char> text, int i, HitList hits)
    {
        while (i < text.Length)
        {
            var rest = text[i..Math.Min(text.Length, i + LongestName)];
            var length = rest.IndexOfAnyExcept(Name);
            if (length < 0 || (rest[length] != '=' && rest[length] != '&'))
            {
                return i;
            }

            if (rest[length] == '&')
            {
                i += length + 1;
                continue;
            }

            var start = i + length + 1;
            var end = ValueEnd(text, start);
            if (!harmless.Has(rest[..length]) && !HarmlessValues.Has(text[start..end]) && !Placeholders.Is(text[start..end]))
            {
                hits.Add(start, end - start, Rule);
            }

            if (end == text.Length || text[end] != '&')
            {
                return end;
            }

            // In HTML and XML the sign between two pairs is written as an entity.
            i = end + (text[end..].StartsWith("&amp;") ? 5 : 1);
        }

        return i;
    }

    private static int ValueEnd(ReadOnlySpan<char> text, int start)
    {
        var length = text[start..].IndexOfAny(EndOfValue);
        var end = length < 0 ? text.Length : start + length;
        return end < text.Length && text[end] == '&' ? end : start + text[start..end].TrimEnd(".,;:)]!?").Length;
    }
}
