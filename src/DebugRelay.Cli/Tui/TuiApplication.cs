extern alias TerminalGui;

using DebugRelay.Cli.ViewModels;
using TerminalGui::Terminal.Gui.App;

namespace DebugRelay.Cli.Tui;

/// <summary>Runs the screens on the terminal until the user leaves.</summary>
internal static class TuiApplication
{
    // How often the library looks for input. While somebody types, a key is answered at once for a human; while nobody does, looking is most of what a screen
    // costs, and the first key after a pause waits a tenth of a second at most.
    private const ushort LooksPerSecond = 25;
    private const ushort IdleLooksPerSecond = 10;
    private static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(5);

    /// <param name="shell">What is shown.</param>
    /// <param name="hasColours">False where NO_COLOR is set.</param>
    /// <param name="interrupted">SIGTERM: leave as if the user had asked.</param>
    public static void Run(Shell shell, bool hasColours, CancellationToken interrupted)
    {
        Application.MaximumIterationsPerSecond = LooksPerSecond;
        using IApplication application = Application.Create();
        InitWhileTheModelsGoOn(application, shell);
        var view = new ClientView(shell, new Theme(hasColours));
        application.Iteration += (_, _) =>
        {
            view.Look();
            Application.MaximumIterationsPerSecond = view.SinceInput < IdleAfter ? LooksPerSecond : IdleLooksPerSecond;
        };
        application.AddTimeout(TimeSpan.FromSeconds(1), () =>
        {
            view.Tick();
            return true;
        });
        using CancellationTokenRegistration leave = interrupted.Register(() => shell.Mailbox.Post(shell.Quit));
        application.Run(view);
        view.Dispose();
    }

    /// <summary>The library takes a third of a second to come up. Until then another thread is the models' own, so that what the host lists is watched at once.</summary>
    private static void InitWhileTheModelsGoOn(IApplication application, Shell shell)
    {
        bool isUp = false;
        var models = new Thread(() =>
        {
            while (!Volatile.Read(ref isUp))
            {
                shell.Mailbox.Drain();
                Thread.Sleep(TimeSpan.FromMilliseconds(5));
            }
        });
        models.Start();
        try
        {
            application.Init();
        }
        finally
        {
            Volatile.Write(ref isUp, true);
            models.Join();
        }
    }
}
