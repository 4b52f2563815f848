using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Refusals;

/// <summary>
/// The agent was taken over after it has served two engineers, and kept all that went through it: certificates, proofs, requests, grants. It tries them on
/// the real broker in every combination, and gets nothing new.
/// </summary>
public sealed class TakenOverAgentTests : IAsyncLifetime
{
    private const string Bob = "spiffe://corp.example/eng/bob";
    private const string Lea = "spiffe://corp.example/lead/lea";

    private const string Policy = """
        {
          "roles": {
            "oncall": {
              "members": ["spiffe://corp.example/eng/*"], "targets": [{ "process": "debugrelay-sample" }],
              "allow": ["process.list", "process.info", "counters"], "withGrant": { "trace": { "approvers": 1 } },
              "limits": { "sessions": 20 }
            }
          },
          "approvers": { "members": ["spiffe://corp.example/lead/*"] }
        }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly List<Proof> _proofs = [];
    private readonly List<OpenOperation> _requests = [];
    private TestProcess _broker = null!;
    private SampleProcess _sample = null!;

    private string SocketPath => _folder.File("broker");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _sample = await SampleProcess.StartAsync("--burst", "--rate", "1");
    }

    private async Task StartAsync(string policy)
    {
        string configuration = RelayHost.WriteConfiguration(_folder, _authority, policy);
        _broker = TestProcess.Start(BuiltPrograms.Broker, ["run", "--config", configuration, "--socket", SocketPath], RelayHost.NoDiagnostics);
        await _broker.WaitForOutputAsync(l => l.Contains("listening", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        _broker.Terminate();
        await _broker.WaitForExitAsync();
        await _broker.DisposeAsync();
        await _sample.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_gets_nothing_new_with_all_that_it_has_recorded()
    {
        await StartAsync(Policy);
        using X509Certificate2 alice = _authority.Client(RelayHost.Alice), bob = _authority.Client(Bob);
        GrantFiles usedUp = Grant(RelayHost.Alice, "g-alice", "trace"), unused = Grant(Bob, "g-bob", "trace", "unscrubbed");
        await using AgentSide over = await OpenAsync(alice);
        await ServeAsync(over, over.Request("process.list", null, null));
        OpenOperation withheld = over.Request("counters", _sample.Id, Counters);
        await using AgentSide alices = await OpenAsync(alice), bobs = await OpenAsync(bob);
        await ServeAsync(alices, alices.Request("process.info", _sample.Id, null));
        await ServeAsync(alices, alices.Request("trace", _sample.Id, Shop, usedUp));
        await ServeAsync(bobs, bobs.Request("process.list", null, null));
        // Kept back from a session that is over: the engineer has signed it, and nobody has used it.
        await over.CloseAsync();
        _requests.Add(withheld);
        string[] honest = Allowed();

        int tried = await ReplayProofsAsync(alice, bob);
        foreach (OpenOperation attempt in Forgeries([over.Id, alices.Id, bobs.Id, new string('0', 32)], [null, usedUp, unused, Forged(unused)]))
        {
            tried++;
            RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => alices.AskAsync(attempt));
            Assert.Contains(refused.Refusal.Code, (string[])[ErrorCode.NoSession, ErrorCode.BadRequest, ErrorCode.Replayed]);
        }
        Assert.True(tried > 200, $"{tried}");
        // Fresh requests of both engineers, to which the agent adds what it has.
        Assert.False((await alices.AskAsync(alices.Request("trace", _sample.Id, Shop, usedUp))).Allowed);
        Assert.False((await alices.AskAsync(alices.Request("trace", _sample.Id, Shop, unused))).Allowed);
        Assert.False((await bobs.AskAsync(bobs.Request("trace", _sample.Id, Shop) with { Grant = Sent(unused) })).Allowed);
        Assert.False((await bobs.AskAsync(bobs.Request("trace", _sample.Id, Shop, unused) with { Grant = Sent(usedUp) })).Allowed);

        // What was allowed is what the engineers asked for, and they are still served.
        Assert.Equal(honest, Allowed());
        Assert.True((await bobs.AskAsync(bobs.Request("trace", _sample.Id, Shop, unused))).Allowed);
    }

    [Fact]
    public async Task What_it_does_not_enforce_the_broker_does()
    {
        await StartAsync(Policy.Replace("\"sessions\": 20", "\"bytes\": \"64KiB\", \"idle\": \"1s\"", StringComparison.Ordinal));
        using X509Certificate2 alice = _authority.Client(RelayHost.Alice);
        GrantFiles grant = Grant(RelayHost.Alice, "g-alice", "trace");
        await using AgentSide session = await OpenAsync(alice);
        long delivered = 0;
        var burst = new EventPipeParameters { Providers = [new EventProvider("DebugRelay-Sample-Burst", ulong.MaxValue, 5)], BufferMegabytes = 64, Rundown = false, DurationSeconds = 60 };
        OperationEnd end = await session.RunAsync(session.Request("trace", _sample.Id, burst, grant), bytes => delivered += bytes);
        Assert.Equal((true, ErrorCode.LimitReached), (end.Partial, end.Code));
        Assert.InRange(delivered, 64 * 1024, (64 * 1024) + Limits.BytesGrace);
        Assert.Equal(ErrorCode.LimitReached, await NextAsync(session));
        // And an idle session ends, also where nobody asks for it.
        SessionClosed closed = await session.ClosedAsync();
        Assert.Equal(ErrorCode.Idle, closed.Code);
    }

    /// <summary>By the broker, or by the worker where the broker has not heard of it yet: nothing comes of the next.</summary>
    private async Task<string?> NextAsync(AgentSide session)
    {
        try
        {
            OperationEnd end = await session.RunAsync(session.Request("process.info", _sample.Id, null));
            Assert.Equal(0, end.Bytes);
            return end.Code;
        }
        catch (RefusedException refused)
        {
            return refused.Refusal.Code;
        }
    }

    private static EventPipeParameters Counters => Parameters("System.Runtime", 0, "EventCounterIntervalSec=1");

    private static EventPipeParameters Shop => Parameters("DebugRelay-Sample-Shop", ulong.MaxValue, null);

    private static EventPipeParameters Parameters(string provider, ulong keywords, string? arguments) => new()
    {
        Providers = [new EventProvider(provider, keywords, keywords == 0 ? 0 : 4, arguments)],
        BufferMegabytes = 1,
        Rundown = false,
        DurationSeconds = 1,
    };

    private Task<AgentSide> OpenAsync(X509Certificate2 certificate) => AgentSide.OpenAsync(SocketPath, certificate, Record, Cancellation);

    private Proof Record(Proof proof)
    {
        _proofs.Add(proof);
        return proof;
    }

    private async Task ServeAsync(AgentSide session, OpenOperation open)
    {
        _requests.Add(open);
        Assert.False((await session.RunAsync(open)).Partial);
    }

    /// <summary>Each recorded proof for a new challenge; its parts mixed; and with a signature of the agent's own.</summary>
    private async Task<int> ReplayProofsAsync(X509Certificate2 alice, X509Certificate2 bob)
    {
        Proof[] recorded = [.. _proofs];
        using ECDsa own = EphemeralKey.NewPair();
        IEnumerable<Func<Proof, Proof>> forgeries =
        [
            .. recorded.Select(old => (Func<Proof, Proof>)(_ => old)),
            // Bob's honest answer, in the name of each recorded certificate, and with each recorded signature.
            .. recorded.Where(old => !old.Certificates[0].AsSpan().SequenceEqual(bob.RawData)).Select(old => (Func<Proof, Proof>)(fresh => fresh with { Certificates = old.Certificates })),
            .. recorded.Select(old => (Func<Proof, Proof>)(fresh => fresh with { Signature = old.Signature })),
            .. recorded.Select(old => (Func<Proof, Proof>)(fresh => fresh with { Statement = old.Statement })),
            fresh => fresh with { Signature = own.SignData(fresh.Statement, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence) },
            fresh => fresh with { Certificates = [alice.RawData, .. fresh.Certificates] },
        ];
        int tried = 0;
        foreach (Func<Proof, Proof> forge in forgeries)
        {
            RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => AgentSide.OpenAsync(SocketPath, bob, forge, Cancellation));
            Assert.Equal(ErrorCode.BadProof, refused.Refusal.Code);
            tried++;
        }
        return tried;
    }

    /// <summary>Each recorded request in each session, with each grant, as it is and changed, and with each recorded signature.</summary>
    private IEnumerable<OpenOperation> Forgeries(string[] sessions, GrantFiles?[] grants)
    {
        byte[][] signatures = [.. _requests.Select(request => request.Signature)];
        foreach (OpenOperation recorded in _requests.ToArray())
        {
            foreach (string session in sessions)
            {
                foreach (GrantFiles? grant in grants)
                {
                    OpenOperation moved = recorded with { Session = session, Grant = grant is null ? null : Sent(grant) };
                    yield return moved;
                    yield return moved with { Request = Rewritten(recorded, session) };
                }
                foreach (byte[] signature in signatures)
                    yield return recorded with { Session = session, Request = Rewritten(recorded, session), Signature = signature };
            }
        }
    }

    /// <summary>In another session, with a number that is free there.</summary>
    private static byte[] Rewritten(OpenOperation recorded, string session)
    {
        string text = Encoding.UTF8.GetString(recorded.Request);
        return Encoding.UTF8.GetBytes(text.Replace(recorded.Session, session, StringComparison.Ordinal).Replace("\"number\":", "\"number\":77", StringComparison.Ordinal));
    }

    private static GrantFiles Forged(GrantFiles grant) =>
        grant with { Document = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(grant.Document.Span).Replace("eng/bob", "eng/alice", StringComparison.Ordinal)) };

    private static SignedGrant Sent(GrantFiles grant) => new(grant.Document.ToArray(), grant.Signatures.ToArray());

    private GrantFiles Grant(string requester, string id, params string[] operations)
    {
        Assert.True(PeerIdentity.TryParse(requester, out PeerIdentity? identity, out _));
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        byte[] document = new GrantDocument
        {
            Id = id,
            Scope = new GrantScope
            {
                Requester = identity,
                Hosts = ["test-host"],
                Processes = [GrantProcess.One(_sample.Id, HostProcesses.StartTimeOf(_sample.Id))],
                Operations = operations,
                Reason = "test",
                Incident = "INC-1",
            },
            NotBefore = now.AddMinutes(-1),
            NotAfter = now.AddMinutes(20),
            RequestSha256 = new string('a', 64),
        }.ToUtf8();
        using X509Certificate2 lea = _authority.Approver(Lea);
        return new GrantFiles(document, DetachedSignature.Sign(document, ReadOnlyMemory<byte>.Empty, lea, []));
    }

    /// <summary>The broker's own account of what it allowed.</summary>
    private string[] Allowed() => [.. File.ReadLines(_folder.File("state/broker/ledger/ledger.ndjson")).Where(line => line.Contains("\"allowed\":true", StringComparison.Ordinal))];
}
