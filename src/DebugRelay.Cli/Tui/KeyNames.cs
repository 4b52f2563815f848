extern alias TerminalGui;

using System.Text;
using TerminalGui::Terminal.Gui.Drivers;
using TerminalGui::Terminal.Gui.Input;

namespace DebugRelay.Cli.Tui;

/// <summary>Keys as the screens know them: `Enter`, `Up`, `Ctrl+C`, or the character itself.</summary>
internal static class KeyNames
{
    /// <returns>Null for keys that no screen uses.</returns>
    public static string? Of(Key key)
    {
        if (key.IsAlt)
            return null;
        if (Named(key.NoShift.NoCtrl.KeyCode) is { } name)
            return key.IsShift && name == "Tab" ? "Shift+Tab" : name;
        if (key.IsCtrl)
            return (char)(key.KeyCode & KeyCode.CharMask) is >= 'A' and <= 'Z' and var letter ? $"Ctrl+{letter}" : null;
        Rune rune = key.AsRune;
        return rune.Value >= ' ' && !Rune.IsControl(rune) ? rune.ToString() : null;
    }

    private static string? Named(KeyCode code) => code switch
    {
        KeyCode.Enter => "Enter",
        KeyCode.Esc => "Esc",
        KeyCode.Space => "Space",
        KeyCode.Tab => "Tab",
        KeyCode.Backspace => "Backspace",
        KeyCode.Delete => "Delete",
        KeyCode.CursorUp => "Up",
        KeyCode.CursorDown => "Down",
        KeyCode.CursorLeft => "Left",
        KeyCode.CursorRight => "Right",
        KeyCode.PageUp => "PageUp",
        KeyCode.PageDown => "PageDown",
        KeyCode.Home => "Home",
        KeyCode.End => "End",
        KeyCode.F1 => "?",
        _ => null,
    };
}
