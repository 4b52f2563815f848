using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>The keys that work now. Each can be clicked.</summary>
internal static class HintLine
{
    public static void Draw(Frame frame, Shell shell, int y)
    {
        frame.Fill(new Box(0, y, frame.Width, 1), default);
        IReadOnlyList<KeyHint> own = shell.Filter is null ? shell.Top.Hints : [];
        IReadOnlyList<KeyHint> common = shell.CommonHints;
        // Those that work everywhere are never the ones that are left out: they lead to the others.
        int reserved = common.Sum(Width);
        int x = 1;
        foreach (KeyHint hint in own)
        {
            if (x + Width(hint) + reserved > frame.Width - 1)
                break;
            x = One(frame, x, y, hint, shell);
        }
        foreach (KeyHint hint in common)
            x = One(frame, x, y, hint, shell);
    }

    private static int One(Frame frame, int x, int y, KeyHint hint, Shell shell)
    {
        int end = frame.Write(x, y, Shown(hint.Key), new Ink(Tone.Key, Bold: true));
        if (hint.Does.Length > 0)
            end = frame.Write(end + 1, y, hint.Does, Tone.Plain);
        frame.Hot(new Box(x, y, end - x, 1), () => shell.OnKey(hint.Key));
        return end + (hint.Does.Length > 0 ? 2 : 0);
    }

    private static int Width(KeyHint hint) => Shown(hint.Key).Length + (hint.Does.Length > 0 ? hint.Does.Length + 1 : 0) + (hint.Does.Length > 0 ? 2 : 0);

    private static string Shown(string key) => key switch
    {
        "Up" => "↑",
        "Down" => "↓",
        _ => key,
    };
}
