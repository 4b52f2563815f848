namespace DebugRelay.Policy.Rules;

/// <summary>A pattern over a whole name: <c>*</c> is any run of characters, also none; <c>?</c> is one character. Case counts.</summary>
public sealed record Glob
{
    internal Glob(string pattern) => Pattern = pattern;

    /// <summary>The pattern as written.</summary>
    public string Pattern { get; }

    /// <summary>Whether the whole of <paramref name="text"/> matches. Takes at most pattern × text steps, whatever the pattern.</summary>
    public bool Matches(string text)
    {
        int p = 0, t = 0, star = -1, resume = 0;
        while (t < text.Length)
        {
            if (p < Pattern.Length && Pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < Pattern.Length && (Pattern[p] == '?' || Pattern[p] == text[t]))
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
        return Pattern.AsSpan(p).TrimStart('*').IsEmpty;
    }

    /// <summary>The characters that stand for themselves.</summary>
    internal IEnumerable<char> Literals => Pattern.Where(c => c is not ('*' or '?'));

    /// <summary>Whether each name that <paramref name="other"/> matches is matched here; false where that is not plain to see.</summary>
    internal bool Covers(Glob other) => Pattern == other.Pattern || (!Pattern.Contains('?') && Matches(other.Pattern));

    /// <inheritdoc/>
    public override string ToString() => Pattern;
}
