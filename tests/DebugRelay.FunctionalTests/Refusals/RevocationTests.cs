using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using DebugRelay.Policy.Cms;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Refusals;

/// <summary>Access that is taken away while it is used, on a real host with a real trace.</summary>
public sealed class RevocationTests
{
    private const string Bob = "spiffe://corp.example/eng/bob";
    private const string Sec = "spiffe://corp.example/sec/sam";

    private const string Policy = """
        {
          "roles": {
            "oncall": { "members": ["spiffe://corp.example/eng/*"], "targets": [{}], "allow": ["process.list", "process.info", "trace"] },
            "sec": { "members": ["spiffe://corp.example/sec/*"], "allow": ["session.list", "session.kill"] }
          },
          "denySigners": { "members": ["spiffe://corp.example/sec/*"] },
          "staleCrl": { "allow": ["process.list"] }
        }
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_revocation_list_ends_the_sessions_of_the_revoked_and_no_others()
    {
        await using RelayHost host = await StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        using X509Certificate2 alice = host.Authority.Client(RelayHost.Alice);
        await using RawSession session = await RawSession.OpenAsync(host.Port, alice, Cancellation);
        await using RawSession other = await RawSession.OpenAsync(host.Port, host.Authority.Client(Bob), Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        await trace.ReadDataAsync(Cancellation);

        host.Replace("ca.crl", host.Authority.RevocationList(2, revoked: alice));

        await AssertWithdrawnAsync(session, trace, "was revoked by its authority");
        Assert.Equal(sample.Id, (await other.FindAsync(sample.Id, Cancellation)).Pid);
        await Assert.ThrowsAnyAsync<Exception>(() => RawClient.GreetAsync(host.Port, alice, Cancellation));
        await AssertFreeAsync(host, sample.Id, workers: 1);

        // An older list gives nothing back.
        host.Replace("ca.crl", host.Authority.RevocationList(1));
        await host.Agent.WaitForErrorAsync(l => l.Contains("goes back from number 2 to number 1", StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<Exception>(() => RawClient.GreetAsync(host.Port, alice, Cancellation));

        string recording = Path.Combine(host.Recordings, session.Opened.Session);
        await using TestProcess verify = await TestProcess.RunAsync(BuiltPrograms.Client, ["recording", "verify", recording, "--ca", host.CaFile]);
        Assert.StartsWith("OK", verify.Output.Text, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"revoked\"", string.Concat(Directory.GetFiles(recording, "*.ndjson").Select(File.ReadAllText)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deny_list_ends_what_it_names_when_somebody_signed_who_may()
    {
        await using RelayHost host = await StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        await using RawSession other = await RawSession.OpenAsync(host.Port, host.Authority.Client(Bob), Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        await trace.ReadDataAsync(Cancellation);

        // By an engineer, who may not: refused loudly, and nothing happens.
        Deny(host, RelayHost.Alice, 1, $$"""{ "identity": "{{Bob}}" }""");
        await host.Agent.WaitForErrorAsync(l => l.Contains("is none of the policy's \"denySigners\"", StringComparison.Ordinal));
        await other.FindAsync(sample.Id, Cancellation);

        Deny(host, Sec, 2, $$"""{ "identity": "{{RelayHost.Alice}}", "reason": "left" }""");
        await AssertWithdrawnAsync(session, trace, "the deny list (version 2) names it");
        await other.FindAsync(sample.Id, Cancellation);
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => host.OpenAsync(Cancellation));
        Assert.Equal(ErrorCode.Denied, e.Refusal.Code);

        // An operation, for everybody; the session stays.
        await using RawClient running = await other.StartTraceAsync(await other.FindAsync(sample.Id, Cancellation), Cancellation);
        Deny(host, Sec, 3, """{ "operation": "trace" }""");
        Assert.Equal(ErrorCode.Revoked, (await running.LastWordAsync(Cancellation))?.Code);
        await other.FindAsync(sample.Id, Cancellation);

        // An older version does not come back.
        Deny(host, Sec, 2, $$"""{ "identity": "{{RelayHost.Alice}}" }""");
        await host.Agent.WaitForErrorAsync(l => l.Contains("goes back from version 3 to 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_policy_reaches_what_runs_and_a_broken_one_reaches_nothing()
    {
        await using RelayHost host = await StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        await trace.ReadDataAsync(Cancellation);

        host.Replace("policy.json", Policy[..^20]);
        await host.Agent.WaitForErrorAsync(l => l.Contains("refused, and what was read before stays", StringComparison.Ordinal) && l.Contains("policy.json", StringComparison.Ordinal));
        await trace.ReadDataAsync(Cancellation);
        await using TestProcess list = await host.RunClientAsync(host.Authority.Client(Sec), "sessions", "list", "--json");
        Assert.Contains("policy.json", JsonDocument.Parse(list.Output.Text).RootElement.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);

        // An operation less: what runs of it ends, the session does not.
        host.Replace("policy.json", Policy.Replace(", \"trace\"", "", StringComparison.Ordinal));
        Refused? refused = await trace.LastWordAsync(Cancellation);
        Assert.Equal(ErrorCode.Revoked, refused?.Code);
        Assert.Contains("allows trace", refused!.Message, StringComparison.Ordinal);
        await session.FindAsync(sample.Id, Cancellation);

        host.Replace("policy.json", Policy.Replace("eng/*", "other/*", StringComparison.Ordinal));
        SessionClosed closed = await session.Control.ReadClosedAsync(Cancellation);
        Assert.Equal(ErrorCode.Revoked, closed.Code);
        Assert.Contains("no role any more", closed.Message, StringComparison.Ordinal);
        await AssertFreeAsync(host, sample.Id, workers: 0);
    }

    [Fact]
    public async Task A_stale_revocation_list_stops_what_the_policy_does_not_name_harmless()
    {
        await using RelayHost host = await StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        host.Replace("ca.crl", host.Authority.RevocationList(2, DateTimeOffset.UtcNow.AddSeconds(2)));

        Refused? refused = await trace.LastWordAsync(Cancellation);
        Assert.Equal(ErrorCode.Revoked, refused?.Code);
        Assert.Contains("was due for renewal", refused!.Message, StringComparison.Ordinal);
        await session.FindAsync(sample.Id, Cancellation);

        // Also for who comes now; and a new list opens all again.
        await using RawSession next = await RawSession.OpenAsync(host.Port, host.Authority.Client(Bob), Cancellation);
        TargetProcess target = await next.FindAsync(sample.Id, Cancellation);
        await using RawClient info = await next.SendAsync(next.Sign(next.Request("process.info", target)), Cancellation);
        Assert.Equal(ErrorCode.Denied, (await info.LastWordAsync(Cancellation))?.Code);
        host.Replace("ca.crl", host.Authority.RevocationList(3));
        while (true)
        {
            await using RawClient again = await next.SendAsync(next.Sign(next.Request("process.info", target)), Cancellation);
            if (await again.LastWordAsync(Cancellation) is null)
                break;
        }
    }

    [Fact]
    public async Task A_certificate_that_expires_ends_its_session_and_what_runs_in_it()
    {
        await using RelayHost host = await StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        // The other's is longer, and what he does goes on.
        await using RawSession other = await RawSession.OpenAsync(host.Port, host.Authority.Client(Bob), Cancellation);
        using X509Certificate2 alice = host.Authority.Client(RelayHost.Alice, DateTimeOffset.UtcNow.AddSeconds(20));
        await using RawSession session = await RawSession.OpenAsync(host.Port, alice, Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        await trace.ReadDataAsync(Cancellation);

        SessionClosed closed = await session.Control.ReadClosedAsync(Cancellation);
        Assert.Equal(ErrorCode.Expired, closed.Code);
        Assert.InRange(DateTimeOffset.UtcNow - alice.NotAfter, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(30));
        OperationEnd end = await trace.ReadToEndAsync(Cancellation);
        Assert.Equal((true, ErrorCode.Expired), (end.Partial, end.Code));
        await AssertFreeAsync(host, sample.Id, workers: 0);
        Assert.Equal(sample.Id, (await other.FindAsync(sample.Id, Cancellation)).Pid);
        await Assert.ThrowsAnyAsync<Exception>(() => RawClient.GreetAsync(host.Port, alice, Cancellation));
    }

    [Fact]
    public async Task A_session_is_killed_by_somebody_who_may()
    {
        await using RelayHost host = await StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        string file = host.Folder.File("cut.nettrace");
        await using TestProcess tracing = host.StartClient(host.Authority.Client(RelayHost.Alice), "trace", $"{sample.Id}", "-o", file, "--incident", "INC-7");
        ListedSession listed = await ListedWithOperationAsync(host);
        Assert.Equal((RelayHost.Alice, "INC-7", "trace", sample.Id), (listed.Identity, listed.Incident, listed.Operations[0].Operation, listed.Operations[0].Pid));

        // Not by an engineer.
        await using TestProcess forbidden = await host.RunClientAsync(host.Authority.Client(Bob), "sessions", "kill", listed.Session);
        Assert.Equal(3, forbidden.ExitCode);

        await using TestProcess kill = await host.RunClientAsync(host.Authority.Client(Sec), "sessions", "kill", listed.Session[..8], "--reason", "not now");
        Assert.Equal((0, $"ended {listed.Session} of {RelayHost.Alice}"), (kill.ExitCode, kill.Output.Text.Trim()));
        await tracing.WaitForExitAsync();
        Assert.Equal(3, tracing.ExitCode);
        Assert.Contains($"{Sec} ended the session: not now", tracing.Errors.Text, StringComparison.Ordinal);
        Assert.True(new FileInfo(host.Folder.File("cut.partial.nettrace")).Length > 0);
        await AssertFreeAsync(host, sample.Id, workers: 0);
    }

    [Fact]
    public async Task A_hang_up_makes_a_service_read_its_files_again()
    {
        const int HangUp = 1;
        await using RelayHost host = await StartAsync();
        // The broker is up as well.
        await host.ServesTheNextAsync(Cancellation);
        HostProcesses.Signal(host.Agent.Id, HangUp);
        await host.Agent.WaitForErrorAsync(l => l.Contains("read again", StringComparison.Ordinal));
        HostProcesses.Signal(HostProcesses.BrokerOf(host), HangUp);
        await host.Agent.WaitForErrorAsync(l => l.Contains("debugrelay-broker", StringComparison.Ordinal) && l.Contains("read again", StringComparison.Ordinal));
        await host.ServesTheNextAsync(Cancellation);
    }

    /// <summary>All are told before the first is ended, and the ends take turns: more sessions than have a turn at once, whose target holds each turn for its whole time.</summary>
    [Fact]
    public async Task Who_leaves_when_he_is_told_before_his_session_has_its_turn_is_recorded_as_revoked()
    {
        const int Sessions = Limits.EndsAtOnce + 2;
        await using RelayHost host = await RelayHost.StartAsync(
            Policy.Replace("\"allow\": [\"process.list\", \"process.info\", \"trace\"]", $"\"allow\": [\"process.list\", \"trace\"], \"limits\": {{ \"sessions\": {Sessions} }}", StringComparison.Ordinal),
            crlUntil: DateTimeOffset.UtcNow.AddHours(1), limits: $"{{ \"eventPipesPerTarget\": {Sessions} }}");
        await using SampleProcess sample = await SampleProcess.StartAsync();
        using X509Certificate2 alice = host.Authority.Client(RelayHost.Alice);
        TargetProcess? target = null;
        var live = new List<(RawSession Session, RawClient Trace)>();
        for (int i = 0; i < Sessions; i++)
        {
            RawSession session = await RawSession.OpenAsync(host.Port, alice, Cancellation);
            live.Add((session, await session.StartTraceAsync(target ??= await session.FindAsync(sample.Id, Cancellation), Cancellation)));
        }
        Task[] leaving = [.. live.Select(async each =>
        {
            await each.Session.Control.ReadClosedAsync(Cancellation);
            await each.Trace.DisposeAsync();
            await each.Session.DisposeAsync();
        })];
        HostProcesses.Suspend(sample.Id);

        host.Replace("ca.crl", host.Authority.RevocationList(2, revoked: alice));

        await Task.WhenAll(leaving);
        await Wait.UntilAsync(() => Closed("").Length == Sessions, "all sessions are closed", cancellation: Cancellation);
        Assert.Equal(Sessions, Closed("revoked").Length);

        string[] Closed(string code) => [.. host.Agent.Errors.All.Where(line => line.Contains($" closed ({code}", StringComparison.Ordinal))];
    }

    internal static async Task AssertWithdrawnAsync(RawSession session, RawClient trace, string reason)
    {
        Refused? refused = await trace.LastWordAsync(Cancellation);
        Assert.Equal(ErrorCode.Revoked, refused?.Code);
        Assert.Contains(reason, refused!.Message, StringComparison.Ordinal);
        SessionClosed closed = await session.Control.ReadClosedAsync(Cancellation);
        Assert.Equal(ErrorCode.Revoked, closed.Code);
        Assert.Contains(reason, closed.Message, StringComparison.Ordinal);
    }

    private static Task<RelayHost> StartAsync() => RelayHost.StartAsync(Policy, crlUntil: DateTimeOffset.UtcNow.AddHours(1));

    private static void Deny(RelayHost host, string signer, int version, string entries)
    {
        byte[] list = Encoding.UTF8.GetBytes($$"""{ "purpose": "debugrelay deny list", "version": {{version}}, "entries": [{{entries}}] }""");
        using X509Certificate2 certificate = host.Authority.Client(signer);
        host.Replace("deny.p7s", DetachedSignature.Sign(list, ReadOnlyMemory<byte>.Empty, certificate, []));
        host.Replace("deny.json", list);
    }

    private static async Task<ListedSession> ListedWithOperationAsync(RelayHost host)
    {
        while (true)
        {
            await using TestProcess list = await host.RunClientAsync(host.Authority.Client(Sec), "sessions", "list", "--json");
            Assert.Equal(0, list.ExitCode);
            SessionList sessions = JsonSerializer.Deserialize(list.Output.Text, ProtocolJson.Default.SessionList)!;
            if (Array.Find(sessions.Sessions, s => s.Operations.Length > 0) is { } found)
                return found;
        }
    }

    /// <summary>The target is let go a moment after the client has heard of it; then its session's worker leaves.</summary>
    /// <param name="host">The host.</param>
    /// <param name="pid">The target.</param>
    /// <param name="workers">So many sessions go on.</param>
    private static async Task AssertFreeAsync(RelayHost host, int pid, int workers)
    {
        await Wait.UntilAsync(() => HostProcesses.WorkersOf(host).Count <= workers, "the session's worker has left", cancellation: Cancellation);
        await TargetSessions.AreFreeAsync(pid, Cancellation);
    }
}
