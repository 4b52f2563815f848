using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// A national identifier: characters in a fixed form, standing alone, with a right check digit where the scheme has one. Opt-in: many numbers fit.
/// </summary>
/// <param name="rule">The scheme's rule.</param>
/// <param name="forms">
/// <c>9</c> is a digit, <c>A</c> a letter, <c>?</c> either; all else stands for itself. The longest that fits is taken.
/// </param>
/// <param name="check">Judges the letters and digits alone, letters as capitals.</param>
/// <param name="canary">An identifier that passes.</param>
internal sealed class NationalIdDetector(Rule rule, string[] forms, NationalIdDetector.Check check, string canary) : Detector
{
    private const int Longest = 24;

    /// <summary>Whether the check digits are right.</summary>
    public delegate bool Check(ReadOnlySpan<char> id);

    public override Rule Rule => rule;

    public override Anchors Anchor => Anchors.Always;

    public override Canary Canary => new($"id {canary} on file", canary);

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while (i < text.Length)
        {
            if (!char.IsAsciiLetterOrDigit(text[i]) || (i > 0 && (char.IsAsciiLetterOrDigit(text[i - 1]) || text[i - 1] is '_')))
            {
                i++;
                continue;
            }

            var length = LengthAt(text, i);
            if (length > 0)
            {
                hits.Add(i, length, rule);
            }

            i += Math.Max(1, length);
        }
    }

    private int LengthAt(ReadOnlySpan<char> text, int start)
    {
        foreach (var form in forms)
        {
            var end = start + form.Length;
            if (end <= text.Length && Fits(text[start..end], form) && IsAlone(text, start, end) && IsRight(text[start..end]))
            {
                return form.Length;
            }
        }

        return 0;
    }

    private static bool IsAlone(ReadOnlySpan<char> text, int start, int end) =>
        (start == 0 || !(text[start - 1] is '-' or '.' or '/' && start > 1 && char.IsAsciiLetterOrDigit(text[start - 2])))
        && (end == text.Length || !(char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_'
            || (text[end] is '-' or '.' or '/' && end + 1 < text.Length && char.IsAsciiLetterOrDigit(text[end + 1]))));

    private static bool Fits(ReadOnlySpan<char> text, string form)
    {
        for (var i = 0; i < form.Length; i++)
        {
            var fits = form[i] switch
            {
                '9' => char.IsAsciiDigit(text[i]),
                'A' => char.IsAsciiLetter(text[i]),
                '?' => char.IsAsciiLetterOrDigit(text[i]),
                _ => text[i] == form[i],
            };
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }

    private bool IsRight(ReadOnlySpan<char> text)
    {
        Span<char> id = stackalloc char[Longest];
        var length = 0;
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                id[length++] = char.ToUpperInvariant(c);
            }
        }

        id = id[..length];
        return id[1..].ContainsAnyExcept(id[0]) && check(id);
    }
}
