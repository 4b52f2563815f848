namespace DebugRelay.Scrubbing.Detectors;

/// <summary>Character classes that several detectors share.</summary>
internal static class Characters
{
    public static bool IsBase64(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '-' or '_';

    public static bool IsBase64Url(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';

    /// <summary>The first position from <paramref name="start"/> on that is not in the class.</summary>
    public static int SkipBase64(ReadOnlySpan<char> text, int start)
    {
        while (start < text.Length && IsBase64(text[start]))
        {
            start++;
        }

        return start;
    }

    public static int SkipBase64Url(ReadOnlySpan<char> text, int start)
    {
        while (start < text.Length && IsBase64Url(text[start]))
        {
            start++;
        }

        return start;
    }

    /// <summary>How many different letters and digits there are.</summary>
    public static int Distinct(ReadOnlySpan<char> text)
    {
        UInt128 seen = 0;
        foreach (var c in text)
        {
            seen |= char.IsAsciiLetterOrDigit(c) ? UInt128.One << c : 0;
        }

        return (int)UInt128.PopCount(seen);
    }

    public static int SkipBlank(ReadOnlySpan<char> text, int start, int most = 32)
    {
        for (var left = most; left > 0 && start < text.Length && text[start] is ' ' or '\t'; left--)
        {
            start++;
        }

        return start;
    }
}
