using System.Text.RegularExpressions;

namespace DebugRelay.Cli.Tui.Drawing;

/// <summary>Text from a process: what was masked in it looks masked, so that nobody debugs a mask.</summary>
internal static partial class MaskedText
{
    /// <returns>The column after it.</returns>
    public static int Write(Frame frame, int x, int y, string text, Ink ink, int columns)
    {
        int end = x + Math.Max(0, columns);
        int at = x, from = 0;
        foreach (Match mask in Mask().Matches(text))
        {
            at = frame.Write(at, y, text[from..mask.Index], ink, end - at);
            at = frame.Write(at, y, mask.Value, Tone.Masked, end - at);
            from = mask.Index + mask.Length;
        }
        at = frame.Write(at, y, text[from..], ink, end - at);
        if (at >= end && columns > 0 && Frame.Columns(text) > columns)
            frame.Write(end - 1, y, "…", ink, 1);
        return at;
    }

    // The masks of the scrub rules: [email], [creditcard], [generic-secret], with a pseudonym's number at most.
    [GeneratedRegex(@"\[[a-z][a-z-]{2,30}(:[0-9a-zA-Z-]{1,24})?\]", RegexOptions.CultureInvariant)]
    private static partial Regex Mask();
}
