extern alias TerminalGui;

using DebugRelay.Cli.Tui.Drawing;
using TerminalGui::Terminal.Gui.Drawing;
using Attribute = TerminalGui::Terminal.Gui.Drawing.Attribute;

namespace DebugRelay.Cli.Tui;

/// <summary>
/// Colours that people with any kind of colour vision can tell apart (Okabe and Ito's), on the terminal's own background. Whatever a colour
/// says is said by a sign or a word as well; without colours, boldness and reversal remain.
/// </summary>
internal sealed class Theme(bool hasColours)
{
    private static readonly Color Orange = new(230, 159, 0);
    private static readonly Color Sky = new(86, 180, 233);
    private static readonly Color Green = new(0, 158, 115);
    private static readonly Color LightGreen = new(120, 220, 180);
    private static readonly Color Vermilion = new(240, 114, 30);
    private static readonly Color Purple = new(204, 121, 167);
    private static readonly Color Grey = new(140, 140, 140);
    private static readonly Color DarkGrey = new(96, 96, 96);
    private static readonly Color White = new(255, 255, 255);
    private static readonly Color Night = new(38, 79, 120);

    private readonly Dictionary<(Ink, bool), Attribute> _known = [];

    /// <summary>How a cell looks.</summary>
    /// <param name="ink">What it means.</param>
    /// <param name="greyed">The link is lost: nothing on the screen is of now.</param>
    public Attribute Of(Ink ink, bool greyed = false)
    {
        if (!_known.TryGetValue((ink, greyed), out Attribute attribute))
            _known[(ink, greyed)] = attribute = hasColours ? Coloured(ink, greyed) : Plain(ink);
        return attribute;
    }

    private static Attribute Coloured(Ink ink, bool greyed)
    {
        Color foreground = greyed && ink.Tone is not (Tone.Bad or Tone.Key or Tone.Title) ? Grey : Foreground(ink.Tone);
        if (ink.Selected)
            return new Attribute(ink.Tone is Tone.Plain or Tone.Dim or Tone.Border or Tone.Title ? White : ink.Tone == Tone.Good ? LightGreen : foreground, Night, ink.Bold ? TextStyle.Bold : TextStyle.None);
        return new Attribute(foreground, Color.None, StyleOf(ink));
    }

    private static Color Foreground(Tone tone) => tone switch
    {
        Tone.Dim => Grey,
        Tone.Border => DarkGrey,
        Tone.Key or Tone.Accent => Sky,
        Tone.Good => Green,
        Tone.Warn => Orange,
        Tone.Bad => Vermilion,
        Tone.Masked => Purple,
        _ => Color.None,
    };

    private static TextStyle StyleOf(Ink ink)
        => (ink.Bold || ink.Tone == Tone.Bad ? TextStyle.Bold : TextStyle.None) | (ink.Tone == Tone.Masked ? TextStyle.Italic : TextStyle.None);

    private static Attribute Plain(Ink ink)
    {
        TextStyle style = ink switch
        {
            { Selected: true } => TextStyle.Reverse,
            { Tone: Tone.Bad } => TextStyle.Bold | TextStyle.Underline,
            { Bold: true } or { Tone: Tone.Warn or Tone.Key or Tone.Title } => TextStyle.Bold,
            { Tone: Tone.Masked } => TextStyle.Italic,
            _ => TextStyle.None,
        };
        return new Attribute(Color.None, Color.None, style);
    }
}
