using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.FunctionalTests.Tui;

/// <summary>A program on a terminal of tmux, on a server of its own: keys go in, the screen comes out.</summary>
internal sealed class Tmux : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _server = $"debugrelay-{Guid.NewGuid():n}";

    private Tmux()
    {
    }

    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="command">Program and arguments. A shell that does not read them waits for its end and says <see cref="Left"/>: tmux itself may miss the end of a child (3.3a, on a busy machine), and then never tells its status.</param>
    public static async Task<Tmux> StartAsync(int width, int height, params string[] command)
    {
        var tmux = new Tmux();
        await tmux.RunAsync(["-f", "/dev/null", "new-session", "-d", "-x", $"{width}", "-y", $"{height}", "sh", "-c", $"\"$@\"; echo \"{Left("$?")}\"; exec cat", "sh", .. command]);
        return tmux;
    }

    /// <summary>What stands on the screen after the program's end.</summary>
    public static string Left(string status) => $"left with status {status}.";

    public Task PressAsync(params string[] keys) => RunAsync(["send-keys", .. keys]);

    public Task ResizeAsync(int width, int height) => RunAsync(["resize-window", "-x", $"{width}", "-y", $"{height}"]);

    public Task<string> ScreenAsync() => RunAsync(["capture-pane", "-p"]);

    /// <summary>Waits until the screen is as it should be.</summary>
    /// <returns>The screen.</returns>
    public Task<string> UntilAsync(Func<string, bool> holds)
    {
        string screen = "";
        return Wait.ForAsync(async () => holds(screen = await ScreenAsync()) ? screen : null, () => $"for the screen, which is:\n{screen}", Patience);
    }

    public Task<string> UntilAsync(string text) => UntilAsync(screen => screen.Contains(text, StringComparison.Ordinal));

    public async ValueTask DisposeAsync() => await RunAsync(["kill-server"]);

    private async Task<string> RunAsync(string[] arguments)
    {
        await using TestProcess tmux = await TestProcess.RunAsync("tmux", ["-L", _server, .. arguments]);
        return tmux.Output.Text;
    }
}
