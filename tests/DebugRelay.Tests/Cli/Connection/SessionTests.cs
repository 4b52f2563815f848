using System.Text;
using System.Text.Json;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;
using DebugRelay.Tests.Cli.Support;
using Xunit;

namespace DebugRelay.Tests.Cli.Connection;

public sealed class SessionTests : IDisposable
{
    private static readonly byte[] Trace = Encoding.UTF8.GetBytes("a trace of sorts");

    private readonly ClientUnderTest _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Who_we_are_comes_as_json_and_the_statement_says_why()
    {
        var session = new FakeSession();
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), session.ServeAsync);
        Outcome outcome = await _client.RunAsync(agent, "whoami", "--json", "--reason", "checkout slow", "--incident", "INC-812");

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        JsonElement answer = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal("spiffe://corp.example/eng/alice", answer.GetProperty("identity").GetString());
        Assert.Equal("fake-host", answer.GetProperty("host").GetString());
        Assert.Equal(("checkout slow", "INC-812"), (session.Statement!.Reason, session.Statement.Incident));
    }

    [Fact]
    public async Task A_refused_session_is_told_with_its_rule()
    {
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), async connection =>
        {
            await connection.HelloAsync();
            await connection.ReadAsync();
            await connection.RefuseAsync(ErrorCode.Denied, "no role has you as a member");
        });
        Outcome outcome = await _client.RunAsync(agent, "whoami");

        Assert.Equal(3, outcome.ExitCode);
        Assert.StartsWith("error: no role has you as a member\n  ", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pay-08.prod", "pay-08.prod", "calls itself pay-08.prod, which its certificate does not")]
    [InlineData("fake-host", "pay-08.prod", "asks for a proof for another host, pay-08.prod")]
    public async Task Nothing_is_signed_for_another_host_than_the_certificates(string greeting, string challenge, string fault)
    {
        bool signed = false;
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), async connection =>
        {
            await connection.HelloAsync(host: greeting);
            if (await connection.ReadAsync() is not { Type: FrameType.OpenSession })
                return;
            await connection.WriteAsync(FrameType.Challenge, new Challenge(challenge, FakeSession.Id, "nonce", DateTimeOffset.UtcNow.AddMinutes(30)), ProtocolJson.Default.Challenge);
            signed = await connection.ReadAsync() is { Type: FrameType.Proof };
        });

        Outcome outcome = await _client.RunAsync(agent, "whoami");

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains(fault, outcome.Error, StringComparison.Ordinal);
        Assert.False(signed);
    }

    [Fact]
    public async Task A_whole_trace_is_written_and_the_request_is_signed_and_complete()
    {
        var session = new FakeSession
        {
            OnOperation = async (connection, _) =>
            {
                await connection.AcceptAsync();
                await connection.WriteDataAsync(Trace[..5]);
                await connection.WriteDataAsync(Trace[5..]);
                await connection.EndAsync(FakeSession.EndOf(Trace));
            },
        };
        Outcome outcome = await TraceAsync(session, "--providers", "Shop:0x3:4", "--duration", "10m");

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains("email 3", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(Trace, File.ReadAllBytes(_client.File("t.nettrace")));
        OperationRequest request = session.Requests[^1];
        Assert.Equal(("trace", FakeSession.Pid, 17UL, 2UL), (request.Operation, request.Target!.Pid, request.Target.StartTime, request.Number));
        Assert.Equal((600, 64, true), (request.Parameters!.DurationSeconds, request.Parameters.BufferMegabytes, request.Parameters.Rundown));
        Assert.Equal(("Shop", 3UL, 4), Assert.Single(request.Parameters.Providers) is var p ? (p.Name, p.Keywords, p.Level) : default);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bytes_that_are_not_those_that_were_sent_are_no_trace(bool otherBytes)
    {
        OperationEnd end = FakeSession.EndOf(Trace);
        end = otherBytes ? end with { Sha256 = new string('0', 64) } : end with { Bytes = end.Bytes + 1 };
        Outcome outcome = await TraceAsync(new FakeSession { OnOperation = (connection, _) => DeliverAsync(connection, end) });

        Assert.Equal(4, outcome.ExitCode);
        AssertPartial(outcome);
    }

    [Fact]
    public async Task A_target_that_died_leaves_a_partial_trace()
    {
        OperationEnd end = FakeSession.EndOf(Trace, partial: true, ErrorCode.TargetGone, "Shop.Api has ended");
        Outcome outcome = await TraceAsync(new FakeSession { OnOperation = (connection, _) => DeliverAsync(connection, end) });

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("error: Shop.Api has ended", outcome.Error, StringComparison.Ordinal);
        AssertPartial(outcome);
    }

    [Fact]
    public async Task A_lost_link_leaves_a_partial_trace()
    {
        var session = new FakeSession
        {
            OnOperation = async (connection, _) =>
            {
                await connection.AcceptAsync();
                await connection.WriteDataAsync(Trace);
            },
        };
        Outcome outcome = await TraceAsync(session);

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains("link to the agent was lost", outcome.Error, StringComparison.Ordinal);
        AssertPartial(outcome);
    }

    [Fact]
    public async Task A_session_that_expires_under_an_operation_is_the_reason_that_is_given()
    {
        FakeSession session = null!;
        session = new FakeSession
        {
            OnOperation = async (connection, _) =>
            {
                await connection.AcceptAsync();
                await connection.WriteDataAsync(Trace);
                session.Close(ErrorCode.Expired, "the session's time is over");
            },
        };
        Outcome outcome = await TraceAsync(session);

        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("the session's time is over", outcome.Error, StringComparison.Ordinal);
        AssertPartial(outcome);
    }

    [Fact]
    public async Task An_interrupt_stops_the_trace_and_keeps_it_whole()
    {
        using var interrupt = new CancellationTokenSource();
        // The client makes its file once it knows that the trace runs.
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(_client.File("x"))!, "t.partial.nettrace");
        watcher.Created += (_, _) => running.TrySetResult();
        watcher.EnableRaisingEvents = true;
        var session = new FakeSession
        {
            OnOperation = async (connection, _) =>
            {
                await connection.AcceptAsync();
                await connection.WriteDataAsync(Trace);
                await running.Task.WaitAsync(connection.Stop);
                await interrupt.CancelAsync();
                Assert.Equal(FrameType.Stop, (await connection.ReadAsync())?.Type);
                await connection.EndAsync(FakeSession.EndOf(Trace));
            },
        };
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), session.ServeAsync);
        string[] args =
        [
            "trace", "Shop.Api", "-o", _client.File("t.nettrace"), "--host", agent.Address,
            "--cert", _client.Pki("alice.crt"), "--key", _client.Pki("alice.key"), "--ca", _client.Pki("ca.crt"),
        ];
        Outcome outcome = await _client.RunAsync(args, interrupt.Token);

        Assert.Equal((130, ""), (outcome.ExitCode, outcome.Error));
        Assert.Equal(Trace, File.ReadAllBytes(_client.File("t.nettrace")));
    }

    [Fact]
    public async Task A_denied_trace_leaves_no_file()
    {
        Outcome outcome = await TraceAsync(new FakeSession());

        Assert.Equal(3, outcome.ExitCode);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(_client.File("x"))!, "*.nettrace"));
    }

    [Fact]
    public async Task A_frame_where_another_is_due_ends_it()
    {
        var session = new FakeSession { OnOperation = (connection, _) => connection.HelloAsync() };
        Outcome outcome = await TraceAsync(session);

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains("Hello came where Accepted was due", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heads_and_notices_are_kept_and_told()
    {
        var session = new FakeSession
        {
            OnOpened = async connection =>
            {
                await connection.WriteAsync(FrameType.Notice, new Notice(ErrorCode.Expired, "ten minutes are left"), ProtocolJson.Default.Notice);
                await connection.WriteAsync(FrameType.RecordingHead, new RecordingHead(0, "checkpoint"u8.ToArray(), [1]), ProtocolJson.Default.RecordingHead);
            },
        };
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), session.ServeAsync);
        Outcome outcome = await _client.RunAsync(agent, "whoami", "--heads", _client.File("heads"));

        Assert.Equal(
            (0, "note: ten minutes are left\nnote: the agent shows a recording that does not follow from what it showed before: its end will not be countersigned\n"), (outcome.ExitCode, outcome.Error));
        WitnessedHead head = Assert.Single(WitnessedHead.ReadFile(_client.File("heads")));
        Assert.Equal((FakeSession.Id, 0), (head.Session, head.Index));
    }

    private async Task<Outcome> TraceAsync(FakeSession session, params string[] options)
    {
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), session.ServeAsync);
        return await _client.RunAsync(agent, ["trace", "Shop.Api", "-o", _client.File("t.nettrace"), .. options]);
    }

    private static async Task DeliverAsync(FakeConnection connection, OperationEnd end)
    {
        await connection.AcceptAsync();
        await connection.WriteDataAsync(Trace);
        await connection.EndAsync(end);
    }

    private void AssertPartial(Outcome outcome)
    {
        Assert.False(File.Exists(_client.File("t.nettrace")));
        Assert.Equal(Trace, File.ReadAllBytes(_client.File("t.partial.nettrace")));
        Assert.Contains("t.partial.nettrace", outcome.Error, StringComparison.Ordinal);
    }
}
