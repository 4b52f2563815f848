using DebugRelay.Cli.Tui.Screens;
using DebugRelay.Cli.ViewModels;
using Microsoft.Extensions.Time.Testing;

namespace DebugRelay.Tests.Cli.Tui.Support;

/// <summary>The client's models with a scripted host and a clock that the test moves.</summary>
internal sealed class ShellUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public ShellUnderTest(Action<ScriptedSession>? prepare = null)
    {
        Relay = new ScriptedRelay(Clock) { Prepare = prepare ?? (_ => { }) };
        Shell = new Shell([Relay], Library, Clock);
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 14, 14, 2, 0, TimeSpan.Zero));

    public ScriptedRelay Relay { get; }

    public ScriptedLibrary Library { get; } = new();

    public Shell Shell { get; }

    /// <summary>Opens the session and waits until the processes are listed.</summary>
    public async Task StartAsync()
    {
        Shell.Start();
        await UntilAsync(() => Shell.Host.IsListed);
        Second();
    }

    /// <summary>Waits for background tasks to tell.</summary>
    public async Task UntilAsync(Func<bool> holds)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            Shell.Mailbox.Drain();
            if (holds())
                return;
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
                throw new TimeoutException("what the test waits for does not come; the screen shows:\n" + Picture());
            await Task.Delay(5);
        }
    }

    /// <summary>A second passes.</summary>
    public void Second()
    {
        Clock.Advance(TimeSpan.FromSeconds(1));
        Shell.Mailbox.Drain();
        Shell.Tick();
    }

    public void Press(params string[] keys)
    {
        foreach (string key in keys)
        {
            Shell.OnKey(key);
            Shell.Mailbox.Drain();
        }
    }

    /// <summary>The screen as text, drawn without a terminal.</summary>
    public string Picture(int width = 100, int height = 30) => ScreenPainter.Draw(Shell, width, height).ToString();

    public ValueTask DisposeAsync() => Shell.DisposeAsync();
}
