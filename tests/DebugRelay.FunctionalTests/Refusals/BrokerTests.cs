using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Refusals;

/// <summary>The test plays an agent that was taken over: it speaks to the broker as it likes, with all that it has recorded.</summary>
public sealed class BrokerTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private TestProcess _broker = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string SocketPath => _folder.File("broker");

    public async ValueTask InitializeAsync()
    {
        string configuration = RelayHost.WriteConfiguration(_folder, _authority, RelayHost.Policy("process.list", "process.info"));
        _broker = TestProcess.Start(BuiltPrograms.Broker, ["run", "--config", configuration, "--socket", SocketPath], RelayHost.NoDiagnostics);
        await _broker.WaitForOutputAsync(l => l.Contains("listening", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        _broker.Terminate();
        await _broker.WaitForExitAsync();
        await _broker.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_the_policy_forbids_is_refused_whatever_the_agent_says()
    {
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using AgentSide session = await OpenAsync();
        var parameters = new EventPipeParameters { Providers = [new EventProvider("System.Runtime", 0, 4)], BufferMegabytes = 1, Rundown = false, DurationSeconds = 1 };
        Decided decided = await session.AskAsync(session.Request("trace", sample.Id, parameters));
        Assert.False(decided.Allowed);
        Assert.Equal(ErrorCode.Denied, decided.Code);
        Assert.Contains("trace", decided.Reason, StringComparison.Ordinal);
        // What is allowed goes on.
        Assert.True((await session.AskAsync(session.Request("process.info", sample.Id, null))).Allowed);
    }

    [Fact]
    public async Task An_agent_that_goes_on_after_a_refusal_gets_nothing()
    {
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using AgentSide session = await OpenAsync();
        var parameters = new EventPipeParameters { Providers = [new EventProvider("System.Runtime", 0, 4)], BufferMegabytes = 1, Rundown = false, DurationSeconds = 1 };
        using AgentOperation operation = await session.SendAsync(session.Request("trace", sample.Id, parameters));
        Assert.False((await operation.Reader.ExpectAsync(FrameType.Decided, Cancellation)).Read(ProtocolJson.Default.Decided).Allowed);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await operation.Writer.WriteAsync(FrameType.Proceed, Cancellation);
            await operation.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        });
    }

    [Fact]
    public async Task A_recorded_proof_opens_no_second_session()
    {
        Proof? recorded = null;
        await using (await OpenAsync(p => recorded = p))
        {
        }
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => OpenAsync(_ => recorded!));
        Assert.Equal(ErrorCode.BadProof, e.Refusal.Code);
    }

    [Fact]
    public async Task A_proof_that_is_missing_or_a_strangers_opens_none()
    {
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => OpenAsync(p => p with { Signature = [] }));
        Assert.Equal(ErrorCode.BadProof, e.Refusal.Code);
        using var stranger = new TestAuthority();
        e = await Assert.ThrowsAsync<RefusedException>(() => OpenAsync(authority: stranger));
        Assert.Equal(ErrorCode.BadProof, e.Refusal.Code);
    }

    [Fact]
    public async Task A_request_that_is_recorded_is_worth_nothing()
    {
        await using AgentSide session = await OpenAsync();
        OpenOperation recorded = session.Request("process.list", null, null);
        Assert.True((await session.AskAsync(recorded)).Allowed);
        // Again in the same session, and in another of the same engineer.
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => session.AskAsync(recorded));
        Assert.Equal(ErrorCode.Replayed, e.Refusal.Code);
        await using AgentSide other = await OpenAsync();
        e = await Assert.ThrowsAsync<RefusedException>(() => other.AskAsync(recorded with { Session = other.Id }));
        Assert.Equal(ErrorCode.BadRequest, e.Refusal.Code);
    }

    [Fact]
    public async Task A_request_by_a_key_of_the_agents_own_is_refused()
    {
        await using AgentSide session = await OpenAsync();
        using ECDsa own = EphemeralKey.NewPair();
        SignedRequest forged = SignedRequest.Create(own, new OperationRequest { Session = session.Id, Number = 1, Operation = "process.list" });
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(
            () => session.AskAsync(new OpenOperation(session.Id, [], forged.Request.ToArray(), forged.Signature.ToArray())));
        Assert.Equal(ErrorCode.BadRequest, e.Refusal.Code);
    }

    [Fact]
    public async Task Nothing_works_without_a_session()
    {
        await using AgentSide session = await OpenAsync();
        OpenOperation request = session.Request("process.list", null, null);
        await session.CloseAsync();
        await using AgentSide fresh = await OpenAsync();
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => fresh.AskAsync(request));
        Assert.Equal(ErrorCode.NoSession, e.Refusal.Code);
    }

    [Fact]
    public async Task A_session_that_is_ending_takes_no_more_requests()
    {
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using AgentSide session = await OpenAsync();
        sample.Process.Suspend();
        // A process that does not answer holds the session's end for a while.
        using AgentOperation hanging = await session.SendAsync(session.Request("process.info", sample.Id, null));
        await hanging.Reader.ExpectAsync(FrameType.Decided, Cancellation);
        await hanging.Writer.WriteAsync(FrameType.Proceed, Cancellation);
        await hanging.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        await session.LeaveAsync();
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => session.AskAsync(session.Request("process.list", null, null)));
        Assert.Equal(ErrorCode.NoSession, e.Refusal.Code);
    }

    private async Task<AgentSide> OpenAsync(Func<Proof, Proof>? forge = null, TestAuthority? authority = null)
    {
        using X509Certificate2 alice = (authority ?? _authority).Client(RelayHost.Alice);
        return await AgentSide.OpenAsync(SocketPath, alice, forge, Cancellation);
    }
}
