extern alias TerminalGui;

using DebugRelay.Cli.ViewModels;
using TerminalGui::Terminal.Gui.App;

namespace DebugRelay.Cli.Tui;

/// <summary>Runs the screens on the terminal until the user leaves.</summary>
internal static class TuiApplication
{
    // What the library looks for input with: 25 times a second costs little, and a key is answered at once for a human.
    private const ushort LooksPerSecond = 25;

    /// <param name="shell">What is shown.</param>
    /// <param name="hasColours">False where NO_COLOR is set.</param>
    /// <param name="interrupted">SIGTERM: leave as if the user had asked.</param>
    public static void Run(Shell shell, bool hasColours, CancellationToken interrupted)
    {
        Application.MaximumIterationsPerSecond = LooksPerSecond;
        using IApplication application = Application.Create();
        application.Init();
        var view = new ClientView(shell, new Theme(hasColours));
        application.Iteration += (_, _) => view.Look();
        application.AddTimeout(TimeSpan.FromSeconds(1), () =>
        {
            view.Tick();
            return true;
        });
        using CancellationTokenRegistration leave = interrupted.Register(() => shell.Mailbox.Post(shell.Quit));
        application.Run(view);
        view.Dispose();
    }
}
