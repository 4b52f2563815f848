namespace DebugRelay.Scrubbing.Profiles;

/// <summary>A pattern over a whole name, ignoring case: <c>*</c> is any run of characters, also none; <c>?</c> is one character.</summary>
internal sealed class NamePattern(string pattern)
{
    public string Pattern { get; } = pattern;

    /// <summary>Whether it stands for one name alone.</summary>
    public bool IsExact => !Pattern.AsSpan().ContainsAny('*', '?');

    /// <summary>Whether the whole of <paramref name="name"/> matches. Takes at most pattern × name steps.</summary>
    public bool Matches(ReadOnlySpan<char> name) => Matches(Pattern, name, isPattern: false);

    /// <summary>Whether every name that the other matches is matched by this one, too. False also where that is hard to tell.</summary>
    public bool Covers(NamePattern other) => Matches(Ordered(Pattern), Ordered(other.Pattern), isPattern: true);

    public override string ToString() => Pattern;

    /// <summary>Holds a pattern against a name, or against a pattern whose wildcards then are characters that only a wildcard as wide takes.</summary>
    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, bool isPattern)
    {
        int p = 0, t = 0, star = -1, resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && Takes(pattern[p], text[t], isPattern))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                // The last star takes one character more, and the rest is tried again.
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }

    private static bool Takes(char pattern, char c, bool isPattern) => pattern == '?'
        ? !(isPattern && c == '*')
        : !(isPattern && c is '*' or '?') && char.ToUpperInvariant(pattern) == char.ToUpperInvariant(c);

    /// <summary>Of wildcards in a row the narrow ones first and one star at the end: equal patterns then look equal.</summary>
    private static string Ordered(string pattern)
    {
        var ordered = new System.Text.StringBuilder(pattern.Length);
        for (var i = 0; i < pattern.Length;)
        {
            var end = i;
            while (end < pattern.Length && pattern[end] is '*' or '?')
            {
                end++;
            }

            var run = pattern.AsSpan(i, end - i);
            ordered.Append('?', run.Count('?')).Append('*', run.Contains('*') ? 1 : 0);
            i = end;
            if (i < pattern.Length)
            {
                ordered.Append(pattern[i++]);
            }
        }

        return ordered.ToString();
    }
}
