namespace DebugRelay.Scrubbing.Text;

/// <summary>Finds a value that was redacted in one field of an event in its other fields.</summary>
internal static class Siblings
{
    public static void Find(ReadOnlySpan<char> text, string value, Rule rule, HitList hits)
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
                hits.Add(i, value.Length, rule);
                i += value.Length;
            }
            else
            {
                i++;
            }
        }
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, int start, int length) =>
        (start == 0 || !char.IsLetterOrDigit(text[start - 1]))
        && (start + length == text.Length || !char.IsLetterOrDigit(text[start + length]));
}
