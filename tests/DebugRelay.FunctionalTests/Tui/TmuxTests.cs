using System.Text.RegularExpressions;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Tui;

/// <summary>The real client on a real terminal, with a real agent and a real process behind it.</summary>
public sealed partial class TmuxTests
{
    [Fact]
    public async Task A_night_on_call()
    {
        Assert.SkipUnless(PublicTools.HasTmux, PublicTools.NoTmux);
        await using RelayHost host = await RelayHost.StartAsync(RelayHost.Policy("process.list", "process.info", "counters", "trace", "stacks", "session.list"));
        await using SampleProcess sample = await SampleProcess.StartAsync();
        RelayHost.WritePem(host.Folder, "alice", host.Authority.Client(RelayHost.Alice));
        await using Tmux terminal = await Tmux.StartAsync(
            100, 30, BuiltPrograms.Client, "tui", "--host", $"127.0.0.1:{host.Port}", "--cert", host.Folder.File("alice.crt"), "--key", host.Folder.File("alice.key"), "--ca", host.CaFile, "--heads", host.Folder.File("heads"));

        // Its counters come by themselves.
        string line = (await terminal.UntilAsync(screen => LineOf(screen, sample.Id) is { } row && Numbers().Count(row) > 4)).Split('\n').First(each => each.Contains($" {sample.Id} ", StringComparison.Ordinal));
        Assert.Contains("debugrelay-s", line, StringComparison.Ordinal);
        await terminal.UntilAsync("● recorded");

        await terminal.PressAsync("/", $"{sample.Id}", "Enter", "Enter");
        await terminal.UntilAsync("1 Overview");
        await terminal.PressAsync("s", "Enter");
        await terminal.UntilAsync(screen => screen.Contains("threads in", StringComparison.Ordinal) && screen.Contains('!'));

        // At the least size everything is still there; larger than any screen it does not fail.
        await terminal.ResizeAsync(80, 24);
        await terminal.UntilAsync(screen => screen.Split('\n').Any(each => each.Contains("7 Dump", StringComparison.Ordinal) && each.TrimEnd().Length <= 80) && screen.Contains("? help", StringComparison.Ordinal));
        await terminal.ResizeAsync(300, 100);
        await terminal.UntilAsync(screen => screen.Split('\n').Any(each => each.TrimEnd().Length == 300));

        // The agent goes: the screen says so, and keeps what it knows.
        host.Agent.Terminate();
        string lost = await terminal.UntilAsync("since");
        Assert.Contains("threads in", lost, StringComparison.Ordinal);

        await terminal.PressAsync("q");
        await terminal.UntilAsync(Tmux.Left("0"));
    }

    private static string? LineOf(string screen, int pid) => screen.Split('\n').FirstOrDefault(each => each.Contains($" {pid} ", StringComparison.Ordinal));

    [GeneratedRegex(@"(?<=\s)[0-9][0-9,.]*(?=\s)")]
    private static partial Regex Numbers();
}
