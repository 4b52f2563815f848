using System.Text;
using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.Tui.Screens;
using DebugRelay.Cli.ViewModels;

namespace DebugRelay.Cli.Tui;

/// <summary>The first picture, written before the library is there: loading it takes as long as everything before.</summary>
internal static class FirstPicture
{
    private const string OtherScreen = "\u001b[?1049h\u001b[?25l\u001b[2J";

    /// <param name="shell">What is shown.</param>
    /// <param name="output">The terminal.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="height">Its rows.</param>
    public static void Write(Shell shell, TextWriter output, int width, int height)
    {
        Frame frame = ScreenPainter.Draw(shell, width, height);
        var picture = new StringBuilder(OtherScreen);
        for (int y = 0; y < height; y++)
            picture.Append(System.Globalization.CultureInfo.InvariantCulture, $"\u001b[{y + 1};1H{frame.Line(y)}");
        output.Write(picture);
        output.Flush();
    }
}
