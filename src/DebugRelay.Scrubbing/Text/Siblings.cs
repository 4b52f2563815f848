namespace DebugRelay.Scrubbing.Text;

/// <summary>Finds a value that was redacted in one field of an event in its other fields.</summary>
internal static class Siblings
{
    /// <param name="text">The sibling's text.</param>
    /// <param name="value">What was redacted.</param>
    /// <param name="rule">The rule that redacted it.</param>
    /// <param name="hits">The first <paramref name="own"/> are the text's own findings, in order; what lies inside one is not found again.</param>
    /// <param name="own">How many findings are the text's own.</param>
    public static void Find(ReadOnlySpan<char> text, string value, Rule rule, HitList hits, int own)
    {
        if (value.Length < Limits.SiblingLength)
        {
            return;
        }

        var i = 0;
        while (text[i..].IndexOf(value) is var next and >= 0)
        {
            i += next;
            if (value.Length >= Limits.SiblingWordLength || StandsAlone(text, i, value.Length))
            {
                if (!IsInside(hits, own, i, value.Length))
                {
                    hits.Add(i, value.Length, rule);
                }

                i += value.Length;
            }
            else
            {
                i++;
            }
        }
    }

    private static bool IsInside(HitList hits, int own, int start, int length)
    {
        int low = 0, high = own;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = hits[middle].End <= start ? (middle + 1, high) : (low, middle);
        }

        return low < own && hits[low].Start <= start && hits[low].End >= start + length;
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, int start, int length) =>
        (start == 0 || !char.IsLetterOrDigit(text[start - 1]))
        && (start + length == text.Length || !char.IsLetterOrDigit(text[start + length]));
}
