extern alias TerminalGui;

using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;
using DebugRelay.Tests.Cli.Tui.Support;
using TerminalGui::Terminal.Gui.Drawing;
using TerminalGui::Terminal.Gui.Input;
using Xunit;
using Attribute = TerminalGui::Terminal.Gui.Drawing.Attribute;

namespace DebugRelay.Tests.Cli.Tui;

/// <summary>Keys and the mouse as the terminal sends them, and what goes back to it.</summary>
public sealed class InputTests
{
    [Fact]
    public async Task Keys_go_deeper_and_back()
    {
        await using var headless = new HeadlessClient(await Incident.AfterAMinuteAsync(), 100, 30);
        headless.Press(Key.CursorDown, Key.Enter);
        Assert.Contains("Payments.Worker 2411", headless.Screen, StringComparison.Ordinal);
        headless.Press(new Key('3'));
        Assert.Contains("profile", headless.Screen, StringComparison.Ordinal);
        headless.Press(Key.Esc);
        Assert.Contains("Which process?", headless.Screen, StringComparison.Ordinal);
        Assert.False(headless.Client.Shell.HasQuit);
        headless.Press(Key.C.WithCtrl);
        Assert.True(headless.Client.Shell.HasQuit);
    }

    [Fact]
    public async Task Slash_filters_while_it_is_written()
    {
        await using var headless = new HeadlessClient(await Incident.AfterAMinuteAsync(), 100, 30);
        headless.Press(new Key('/'), new Key('i'), new Key('n'), new Key('v'));
        string screen = headless.Screen;
        Assert.Contains("/inv", screen, StringComparison.Ordinal);
        Assert.Contains("Invoices.Api", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("Payments.Worker", screen, StringComparison.Ordinal);
        headless.Press(Key.Esc);
        Assert.Contains("Payments.Worker", headless.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_palette_finds_a_verb_and_help_explains()
    {
        await using var headless = new HeadlessClient(await Incident.AfterAMinuteAsync(), 100, 30);
        headless.Press(new Key(':'), new Key('s'), new Key('e'), new Key('s'), Key.Enter);
        Assert.Contains("Who looks into what?", headless.Screen, StringComparison.Ordinal);
        headless.Press(Key.F1);
        Assert.Contains("Help: Who looks into what?", headless.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_mouse_chooses_opens_and_scrolls()
    {
        await using var headless = new HeadlessClient(await Incident.AfterAMinuteAsync(), 100, 30);
        var processes = Assert.IsType<ProcessesScreen>(headless.Client.Shell.Top);
        int row = headless.Screen.Split('\n').ToList().FindIndex(line => line.Contains("Invoices.Api", StringComparison.Ordinal));
        headless.Click(20, row);
        Assert.Equal(Incident.Invoices, processes.List.Chosen!.Target.Pid);
        headless.Wheel(20, row, down: false);
        Assert.Equal(Incident.Worker, processes.List.Chosen.Target.Pid);
        headless.Draw();
        headless.DoubleClick(20, row - 2);
        Assert.Contains("Payments.Api 2367", headless.Screen, StringComparison.Ordinal);
        int tab = headless.Screen.Split('\n')[1].IndexOf("3 Trace", StringComparison.Ordinal);
        headless.Click(tab + 2, 1);
        Assert.Contains("profile", headless.Screen, StringComparison.Ordinal);
        int help = headless.Screen.Split('\n')[^1].IndexOf("? help", StringComparison.Ordinal);
        headless.Click(help, 29);
        Assert.Contains("Help:", headless.Screen, StringComparison.Ordinal);
    }

    /// <summary>Values that come twenty times a second redraw what differs, never the screen.</summary>
    [Fact]
    public async Task Twenty_updates_a_second_write_only_what_differs()
    {
        await using var headless = new HeadlessClient(await Incident.AfterAMinuteAsync(), 140, 40);
        int whole = Written(headless);
        for (int update = 0; update < 20; update++)
        {
            string[] before = headless.Screen.Split('\n');
            headless.Client.Relay.Session.Count(Incident.Worker, "System.Runtime", "cpu-usage", "CPU Usage", "%", 30 + update);
            int written = Written(headless);
            Assert.InRange(written, 1, whole / 10);
            string[] after = headless.Screen.Split('\n');
            Assert.Equal(1, before.Zip(after).Count(pair => pair.First != pair.Second));
        }
    }

    [Fact]
    public async Task Without_colours_nothing_is_coloured_and_the_chosen_row_still_shows()
    {
        await using var headless = new HeadlessClient(await Incident.AfterAMinuteAsync(), 100, 30, hasColours: false);
        _ = headless.Screen;
        Attribute[] looks = [.. headless.Driver.Contents!.Cast<Cell>().Select(cell => cell.Attribute!.Value).Distinct()];
        Assert.All(looks, look => Assert.Equal((Color.None, Color.None), (look.Foreground, look.Background)));
        Assert.Contains(looks, look => look.Style.HasFlag(TextStyle.Reverse));
    }

    [Fact]
    public async Task What_a_process_chose_moves_no_cursor()
    {
        var client = new ShellUnderTest();
        client.Relay.Add(7, "evil\u001b[2J\u0007名前", "root", TimeSpan.FromHours(1));
        await client.StartAsync();
        await using var headless = new HeadlessClient(client, 100, 30);
        Assert.Contains("evil·[2J·名", headless.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_masked_looks_masked()
    {
        ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Press("l");
        await client.UntilAsync(() => client.Relay.Session.Log is not null);
        client.Relay.Session.Log!(new LogRecord(client.Clock.GetUtcNow().UtcDateTime, 3, "Payments.Mail", "sent to [email] for order 12"));
        client.Second();
        await using var headless = new HeadlessClient(client, 100, 30);
        string[] lines = headless.Screen.Split('\n');
        int y = Array.FindIndex(lines, line => line.Contains("[email]", StringComparison.Ordinal));
        int x = lines[y].IndexOf("[email]", StringComparison.Ordinal);
        Assert.NotEqual(headless.Driver.Contents![y, x].Attribute, headless.Driver.Contents[y, x - 3].Attribute);
    }

    /// <summary>How many characters went to the terminal for one picture.</summary>
    private static int Written(HeadlessClient headless)
    {
        headless.Draw();
        return headless.Driver.GetOutput().GetLastOutput().Length;
    }
}
