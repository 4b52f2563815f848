using DebugRelay.Cli.Failures;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;
using DebugRelay.Tests.Cli.Tui.Support;
using Xunit;

namespace DebugRelay.Tests.Cli.Tui;

/// <summary>How the screens look, at the least size and at a larger one, drawn through the library into its cells.</summary>
public sealed class ScreenTests
{
    public static TheoryData<int, int> Sizes => new() { { 80, 24 }, { 140, 40 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Processes(int width, int height)
    {
        await using var headless = new HeadlessClient(await Incident.AfterAMinuteAsync(), width, height);
        Check("processes", headless);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_process_and_what_stands_out(int width, int height)
    {
        await using var headless = new HeadlessClient(await OpenAsync(), width, height);
        Check("process", headless);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Counters_as_charts(int width, int height)
    {
        ShellUnderTest client = await OpenAsync("2");
        await client.UntilAsync(() => client.Relay.Session.IsEverythingWatched);
        for (int second = 0; second < 40; second++)
        {
            Incident.Second(client.Relay.Session, second);
            client.Second();
        }
        await client.UntilAsync(() => client.Shell.Top is ProcessScreen { Tab: DebugRelay.Cli.ViewModels.Tabs.CountersTab { List.Count: > 5 } });
        client.Press("Down", "Down");
        await using var headless = new HeadlessClient(client, width, height);
        Check("counters", headless);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_trace_that_runs(int width, int height)
    {
        var progress = new TraceProgress(41_000_000, 212_004, 0, [new("System.Net.Http/RequestStart", 122_013), new("Microsoft-Extensions-Logging/FormattedMessage", 61_400), new("Microsoft-Windows-DotNETRuntime/Exception/Start", 361)]);
        ShellUnderTest client = await Incident.AfterAMinuteAsync(session => session.OnTrace = async (_, tell, stop) =>
        {
            tell(progress);
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
            throw new InvalidOperationException();
        });
        client.Press("t", "Enter");
        await client.UntilAsync(() => client.Picture().Contains("212,004", StringComparison.Ordinal));
        client.Clock.Advance(TimeSpan.FromSeconds(18));
        await using var headless = new HeadlessClient(client, width, height);
        Check("trace", headless);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_refused_dump_and_the_way_to_it(int width, int height)
    {
        ShellUnderTest client = await Incident.AfterAMinuteAsync(session => session.OnDump = (_, _, _)
            => throw new RefusedException(new Refused(ErrorCode.Denied, "dump.heap needs a grant: role oncall-payments, withGrant dump.heap (1 approver)")));
        client.Press("d", "Down", "Down", "Down", "Enter");
        await client.UntilAsync(() => client.Shell.Top is RefusalScreen);
        await using var headless = new HeadlessClient(client, width, height);
        Check("refused", headless);
        client.Press("r");
        Check("request", headless);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task What_may_I_do_here(int width, int height)
    {
        ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Press("w");
        await using var headless = new HeadlessClient(client, width, height);
        Check("may", headless);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Requests_to_approve(int width, int height)
    {
        ShellUnderTest client = await Incident.AfterAMinuteAsync();
        Incident.AddLetter(client.Relay.Session, client, "spiffe://corp.example/eng/bob");
        client.Press("A");
        await client.UntilAsync(() => client.Shell.Top is InboxScreen { IsRead: true });
        await using var headless = new HeadlessClient(client, width, height);
        Check("inbox", headless);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Live_sessions(int width, int height)
    {
        ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Press("S");
        await client.UntilAsync(() => client.Shell.Top is SessionsScreen { IsRead: true });
        await using var headless = new HeadlessClient(client, width, height);
        Check("sessions", headless);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Stacks_grouped(int width, int height)
    {
        ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Press("s", "Enter");
        await client.UntilAsync(() => client.Picture().Contains("51 threads", StringComparison.Ordinal));
        await using var headless = new HeadlessClient(client, width, height);
        Check("stacks", headless);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_recording_as_a_timeline(int width, int height)
    {
        ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Library.Entries.Add(Incident.Recording());
        client.Library.Verdict = new Verdict(VerdictStatus.Ok, "", "4f1c22aa4f1c22aa4f1c22aa4f1c22aa", "pay-07.prod", 228, 41, 4, 228);
        for (int i = 0; i < 60; i++)
            client.Library.Spans.Add(new VolumeSpan(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, i is > 30 and < 45 ? 30_000_000 : 20_000));
        client.Press("R");
        await client.UntilAsync(() => client.Shell.Top is RecordingsScreen { IsRead: true });
        await using var headless = new HeadlessClient(client, width, height);
        Check("recordings", headless);
        client.Press("Enter");
        await client.UntilAsync(() => client.Shell.Top is RecordingScreen { Verdict: not null });
        client.Press("Down", "Down", "Down");
        Check("recording", headless);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Help_explains_the_screen(int width, int height)
    {
        ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Press("?");
        await using var headless = new HeadlessClient(client, width, height);
        Check("help", headless);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_lost_link_says_since_when(int width, int height)
    {
        ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Relay.OpenFailures.Enqueue(new ConnectionException("no connection to pay-07.prod:7443: connection refused", "is the agent running there, and the network open?"));
        client.Relay.Session.End();
        await client.UntilAsync(() => client.Shell.Host.Link == LinkState.Lost);
        await using var headless = new HeadlessClient(client, width, height);
        Check("lost", headless);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Hosts_and_their_health(int width, int height)
    {
        ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Press("H");
        await client.UntilAsync(() => client.Shell.Host.Knock is not null);
        await using var headless = new HeadlessClient(client, width, height);
        Check("hosts", headless);
    }

    /// <summary>Everything is reachable and whole at any size: no part throws, and the keys are always there.</summary>
    [Fact]
    public async Task Any_size_from_the_least_to_the_largest()
    {
        ShellUnderTest client = await Incident.AfterAMinuteAsync();
        await using var headless = new HeadlessClient(client, 80, 24);
        foreach ((int width, int height) in ((int, int)[])[(80, 24), (81, 50), (120, 30), (200, 60), (300, 100), (40, 12), (20, 5), (80, 24)])
        {
            headless.Resize(width, height);
            string[] lines = headless.Screen.Split('\n');
            Assert.Equal(height, lines.Length);
            Assert.Equal((width, height), (headless.View.Drawn!.Width, headless.View.Drawn.Height));
            if (width >= 80)
                Assert.Contains("? help", lines[^1], StringComparison.Ordinal);
        }
    }

    private static void Check(string name, HeadlessClient headless) => Golden.Check($"{name}-{headless.Driver.Cols}x{headless.Driver.Rows}", headless.Screen);

    private static async Task<ShellUnderTest> OpenAsync(params string[] keys)
    {
        ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Press("Enter");
        client.Press(keys);
        if (keys.Length == 0)
            await client.UntilAsync(() => client.Shell.Top is ProcessScreen { Tab: DebugRelay.Cli.ViewModels.Tabs.OverviewTab { Details: not null } });
        return client;
    }
}
