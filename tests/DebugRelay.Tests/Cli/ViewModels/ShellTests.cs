using DebugRelay.Cli.Failures;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;
using DebugRelay.Cli.ViewModels.Tabs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Tests.Cli.Tui.Support;
using Xunit;

namespace DebugRelay.Tests.Cli.ViewModels;

/// <summary>The ways through the screens: what a key does, and what is asked of the host for it.</summary>
public sealed class ShellTests
{
    [Fact]
    public async Task A_refused_action_becomes_a_request_written_from_itself()
    {
        await using ShellUnderTest client = await Incident.AfterAMinuteAsync(session => session.OnDump = (_, _, _)
            => throw new RefusedException(new Refused(ErrorCode.Denied, "dump.heap needs a grant")));
        client.Press("d", "Down", "Down", "Down", "Enter");
        await client.UntilAsync(() => client.Shell.Top is RefusalScreen { CanBeAskedFor: true });
        client.Press("r", "Space", "n", "o", "w", "Enter", "Enter", "Enter", "Enter");
        await client.UntilAsync(() => client.Relay.Session.Asked.Count == 1);
        AccessDraft draft = client.Relay.Session.Asked[0];
        Assert.Equal((Incident.Api, "dump.heap", "checkout is slow now", "INC-812", TimeSpan.FromMinutes(30), 1), (draft.Process!.Pid, draft.Operation, draft.Reason, draft.Incident, draft.For, draft.Uses));
        await client.UntilAsync(() => client.Shell.Top is ProcessScreen);
        Assert.Contains("r-17", client.Shell.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_with_a_wrong_time_is_not_sent()
    {
        await using ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Press("w", "End", "Home");
        var may = Assert.IsType<MayScreen>(client.Shell.Top);
        may.List.Choose(may.List.Rows.ToList().FindIndex(row => row.Operation == "dump.heap"));
        client.Press("Enter", "Enter", "Enter", "x", "Enter", "Enter");
        Assert.Contains("is no duration", Assert.IsType<RequestScreen>(client.Shell.Top).Problem, StringComparison.Ordinal);
        Assert.Empty(client.Relay.Session.Asked);
    }

    [Fact]
    public async Task Somebody_elses_request_is_approved_after_a_question_and_ones_own_never()
    {
        await using ShellUnderTest client = await Incident.AfterAMinuteAsync();
        Incident.AddLetter(client.Relay.Session, client, "spiffe://corp.example/eng/bob");
        client.Press("A");
        await client.UntilAsync(() => client.Shell.Top is InboxScreen { List.Count: 1 });
        client.Press("a", "n");
        Assert.Empty(client.Relay.Session.Approved);
        client.Press("a", "y");
        await client.UntilAsync(() => client.Relay.Session.Approved is ["r-5d1f0a"]);

        client.Relay.Session.Letters.Clear();
        Incident.AddLetter(client.Relay.Session, client, "spiffe://corp.example/eng/alice", "spiffe://corp.example/lead/lea");
        client.Press("r");
        var inbox = (InboxScreen)client.Shell.Top;
        await client.UntilAsync(() => inbox.List.Chosen is { } letter && inbox.IsMine(letter));
        client.Press("a");
        Assert.IsType<InboxScreen>(client.Shell.Top);
        client.Press("u");
        await client.UntilAsync(() => client.Shell.Message == "grant of r-5d1f0a is used");
    }

    [Fact]
    public async Task Another_session_is_watched_and_ended_and_ones_own_is_not()
    {
        await using ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Press("S");
        await client.UntilAsync(() => client.Shell.Top is SessionsScreen { List.Count: 2 });
        client.Press("K");
        Assert.IsType<SessionsScreen>(client.Shell.Top);
        client.Press("Down", "Enter");
        await client.UntilAsync(() => Show(client).Contains("Payments/Charged", StringComparison.Ordinal));
        client.Press("Esc", "K", "y");
        await client.UntilAsync(() => client.Relay.Session.Killed.Count == 1);

        static string Show(ShellUnderTest client)
        {
            client.Shell.Top.OnTick();
            return client.Picture();
        }
    }

    [Fact]
    public async Task A_trace_is_stopped_and_kept_and_leaving_asks_while_it_runs()
    {
        var stopped = new TaskCompletionSource();
        await using ShellUnderTest client = await Incident.AfterAMinuteAsync(session => session.OnTrace = async (order, tell, stop) =>
        {
            Assert.Equal(("cpu", TimeSpan.FromSeconds(30)), (order.Profile, order.Duration));
            tell(new TraceProgress(1000, 10, 5, [new EventCount("A/B", 10)]));
            await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stopped.SetResult();
            return new TraceOutcome("shop.nettrace", new OperationEnd(1000, "00", false, null, null, [], new EventCounts(10, 10, 0, [])));
        });
        client.Press("t", "Enter");
        await client.UntilAsync(() => client.Picture().Contains("lost 5", StringComparison.Ordinal));
        Assert.Contains("ask for fewer events", client.Picture(), StringComparison.Ordinal);
        client.Press("Esc");
        Assert.IsType<ConfirmScreen>(client.Shell.Top);
        client.Press("n", "q");
        Assert.IsType<ConfirmScreen>(client.Shell.Top);
        Assert.False(client.Shell.HasQuit);
        client.Press("n", "Space");
        await stopped.Task;
        await client.UntilAsync(() => client.Shell.Top is ProcessScreen { Tab: TraceTab { Outcome.Path: "shop.nettrace" } });
    }

    [Fact]
    public async Task A_process_that_fails_a_trace_is_told_of_with_what_to_do()
    {
        await using ShellUnderTest client = await Incident.AfterAMinuteAsync(session => session.OnTrace = (_, _, _) => throw new LocalException("x.nettrace exists already", "move it away"));
        client.Press("t", "Enter");
        await client.UntilAsync(() => client.Picture().Contains("move it away", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Exceptions_are_counted_by_type_and_place()
    {
        await using ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Press("x");
        await client.UntilAsync(() => client.Relay.Session.Throw is not null);
        for (int i = 0; i < 3; i++)
            client.Relay.Session.Throw!(new ThrownException(DateTime.UnixEpoch, "System.TimeoutException", "after [generic-secret]", "Payments.Ledger.Charge"));
        client.Relay.Session.Throw!(new ThrownException(DateTime.UnixEpoch, "System.IO.IOException", "broken pipe", "Payments.Http.Send"));
        client.Second();
        var tab = (ExceptionsTab)((ProcessScreen)client.Shell.Top).Tab;
        Assert.Equal([("System.TimeoutException", 3L), ("System.IO.IOException", 1L)], tab.List.Rows.Select(kind => (kind.Type, kind.Count)));
    }

    [Fact]
    public async Task A_recording_is_replayed_reviewed_and_reported()
    {
        await using ShellUnderTest client = await Incident.AfterAMinuteAsync();
        client.Library.Entries.Add(Incident.Recording());
        for (int i = 0; i < 3; i++)
            client.Library.Lines.Add(new ReplayedLine(new DateTime(2026, 3, 14, 14, 2, i * 2, DateTimeKind.Utc), $"event {i}"));
        client.Press("R");
        await client.UntilAsync(() => client.Shell.Top is RecordingsScreen { List.Count: 1 });
        client.Press("Enter", "p");
        await client.UntilAsync(() => client.Shell.Top is ReplayScreen { List: var list } replay && Count(replay) >= 1 && list is not null);
        client.Press("+", "+", "+");
        client.Clock.Advance(TimeSpan.FromSeconds(10));
        await client.UntilAsync(() => client.Shell.Top is ReplayScreen { IsOver: true } replay && Count(replay) == 3);
        client.Press("Esc", "e");
        await client.UntilAsync(() => client.Shell.Message?.StartsWith("wrote ", StringComparison.Ordinal) == true);
        client.Press("V", "o", "k", "Enter");
        await client.UntilAsync(() => client.Library.Reviews is ["ok"]);

        static int Count(ReplayScreen replay)
        {
            replay.OnTick();
            return replay.List.Rows.Count;
        }
    }

    [Fact]
    public async Task The_command_line_of_what_is_shown_is_copied()
    {
        await using ShellUnderTest client = await Incident.AfterAMinuteAsync();
        string? copied = null;
        client.Shell.Copied += text => copied = text;
        client.Press("t", "Down", "y");
        Assert.Equal("debugrelay trace 2367 --host pay-07 --profile database --duration 30s", copied);
    }

    [Fact]
    public async Task Every_screen_explains_itself()
    {
        await using ShellUnderTest client = await Incident.AfterAMinuteAsync();
        foreach (string key in (string[])["H", "P", "w", "A", "S", "R", "N", "c", "t", "s", "l", "x", "d"])
        {
            client.Press("P", key);
            Assert.NotEmpty(client.Shell.Top.Explanation);
            client.Press("?");
            Assert.Contains("Help: ", client.Picture(), StringComparison.Ordinal);
            client.Press("Esc");
        }
    }
}
