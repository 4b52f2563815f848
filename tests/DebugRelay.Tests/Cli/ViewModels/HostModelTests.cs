using DebugRelay.Cli.Failures;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Tests.Cli.Tui.Support;
using Xunit;

namespace DebugRelay.Tests.Cli.ViewModels;

/// <summary>A host's link and its processes.</summary>
public sealed class HostModelTests
{
    [Fact]
    public async Task A_lost_link_comes_back_by_itself_and_what_was_known_stays()
    {
        await using ShellUnderTest client = await Incident.AfterAMinuteAsync();
        HostModel host = client.Shell.Host;
        client.Relay.OpenFailures.Enqueue(new ConnectionException("connection refused", null));
        client.Relay.Session.End();
        await client.UntilAsync(() => host.Link == LinkState.Lost);
        Assert.Equal(3, host.Processes.Count);
        DateTimeOffset since = host.Since;

        client.Clock.Advance(TimeSpan.FromSeconds(1));
        await client.UntilAsync(() => host.Problem!.What == "connection refused");
        Assert.Equal(since, host.Since);
        client.Clock.Advance(TimeSpan.FromSeconds(2));
        await client.UntilAsync(() => host.Link == LinkState.Open);
        Assert.Equal(2, client.Relay.Sessions.Count);
        await client.UntilAsync(() => client.Relay.Session.Watched.Count == 3);
    }

    [Theory]
    [InlineData(ErrorCode.Killed)]
    [InlineData(ErrorCode.Revoked)]
    [InlineData(ErrorCode.Expired)]
    public async Task Access_that_was_taken_away_is_not_tried_again_by_itself(string code)
    {
        await using ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Relay.Session.End(code, "ended by spiffe://corp.example/lead/lea");
        await client.UntilAsync(() => client.Shell.Host.Link == LinkState.Refused);
        client.Clock.Advance(TimeSpan.FromHours(1));
        client.Second();
        Assert.Single(client.Relay.Sessions);
        Assert.Contains("ended by", client.Picture(120), StringComparison.Ordinal);
        client.Press("r");
        await client.UntilAsync(() => client.Shell.Host.Link == LinkState.Open);
    }

    [Fact]
    public async Task A_process_that_is_gone_stays_a_while_with_its_last_values()
    {
        await using ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Relay.Processes.RemoveAt(0);
        client.Clock.Advance(TimeSpan.FromSeconds(5));
        await client.UntilAsync(() => client.Shell.Host.Processes[0].Gone is not null);
        Assert.Contains("✕", client.Picture(), StringComparison.Ordinal);
        client.Clock.Advance(TimeSpan.FromMinutes(6));
        await client.UntilAsync(() => client.Shell.Host.Processes.Count == 2);
    }

    [Fact]
    public async Task Twenty_processes_are_watched_and_no_more()
    {
        await using var client = new ShellUnderTest();
        for (int pid = 100; pid < 130; pid++)
            client.Relay.Add(pid, "Service", "svc", TimeSpan.FromHours(1));
        await client.StartAsync();
        await client.UntilAsync(() => client.Relay.Session.Watched.Count >= 20);
        client.Second();
        Assert.Equal(20, client.Relay.Session.Watched.Count);
        Assert.True(Limits.OperationsAtOnce > 20);
    }

    [Fact]
    public async Task More_than_twenty_processes_take_turns()
    {
        await using var client = new ShellUnderTest();
        for (int pid = 100; pid < 123; pid++)
            client.Relay.Add(pid, "Service", "svc", TimeSpan.FromHours(1));
        await client.StartAsync();
        await client.UntilAsync(() => client.Relay.Session.Watched.Count >= 20);
        var seen = new HashSet<int>();
        for (int second = 0; second < 100; second++)
        {
            client.Second();
            ProcessModel[] watched = [.. client.Shell.Host.Processes.Where(process => process.IsWatched)];
            Assert.True(watched.Length <= 20);
            seen.UnionWith(watched.Select(process => process.Target.Pid));
        }
        Assert.Equal(23, seen.Count);
    }

    [Fact]
    public async Task No_counters_are_asked_for_where_the_policy_gives_none()
    {
        await using var client = new ShellUnderTest();
        client.Relay.Add(5, "Secret.Api", "svc", TimeSpan.FromHours(1), "process.list");
        await client.StartAsync();
        client.Second();
        Assert.Empty(client.Relay.Session.Watched);
    }

    [Fact]
    public async Task Nothing_to_see_says_why()
    {
        await using var client = new ShellUnderTest();
        await client.StartAsync();
        Assert.Contains("No .NET process here that you may see", client.Picture(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notice_of_the_host_is_shown_and_kept()
    {
        await using ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Relay.Session.Listener.OnNotice("request r-17 was approved by lead/lea");
        await client.UntilAsync(() => client.Shell.Message is not null);
        Assert.Contains("r-17 was approved", client.Picture(), StringComparison.Ordinal);
        client.Clock.Advance(TimeSpan.FromMinutes(1));
        client.Press("N");
        Assert.Contains("r-17 was approved", client.Picture(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_is_refused_says_by_which_rule()
    {
        var refusing = new RefusedException(new Refused(ErrorCode.Denied, "no role of yours allows process.list"));
        await using var client = new ShellUnderTest();
        client.Relay.OpenFailures.Enqueue(refusing);
        client.Shell.Start();
        await client.UntilAsync(() => client.Shell.Host.Link == LinkState.Refused);
        Assert.Contains("no role of yours allows process.list", client.Picture(), StringComparison.Ordinal);
    }
}
