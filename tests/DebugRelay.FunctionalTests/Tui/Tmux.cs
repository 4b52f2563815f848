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
    /// <param name="command">Program and arguments; no shell reads them.</param>
    public static async Task<Tmux> StartAsync(int width, int height, params string[] command)
    {
        var tmux = new Tmux();
        await tmux.RunAsync(["-f", "/dev/null", "new-session", "-d", "-x", $"{width}", "-y", $"{height}", .. command]);
        // The screen stays after the program's end, to be read.
        await tmux.RunAsync(["set-option", "-g", "remain-on-exit", "on"]);
        return tmux;
    }

    public Task PressAsync(params string[] keys) => RunAsync(["send-keys", .. keys]);

    public Task ResizeAsync(int width, int height) => RunAsync(["resize-window", "-x", $"{width}", "-y", $"{height}"]);

    public Task<string> ScreenAsync() => RunAsync(["capture-pane", "-p"]);

    /// <summary>Waits until the screen is as it should be.</summary>
    /// <returns>The screen.</returns>
    public async Task<string> UntilAsync(Func<string, bool> holds)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            string screen = await ScreenAsync();
            if (holds(screen))
                return screen;
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
                throw new TimeoutException($"the screen does not become what it should:\n{screen}");
            await Task.Delay(100);
        }
    }

    public Task<string> UntilAsync(string text) => UntilAsync(screen => screen.Contains(text, StringComparison.Ordinal));

    public async ValueTask DisposeAsync() => await RunAsync(["kill-server"]);

    private async Task<string> RunAsync(string[] arguments)
    {
        await using TestProcess tmux = await TestProcess.RunAsync("tmux", ["-L", _server, .. arguments]);
        return tmux.Output.Text;
    }
}
