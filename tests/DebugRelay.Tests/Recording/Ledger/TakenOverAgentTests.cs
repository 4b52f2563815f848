using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Recording;
using Xunit;

namespace DebugRelay.Tests.Recording.Ledger;

/// <summary>
/// An agent that is taken over has all its keys: it seals any recording, and writes its own ledger to match. The broker's ledger tells what it told the
/// broker, and what the broker's worker delivered.
/// </summary>
public class TakenOverAgentTests
{
    private const string Session = "4f1c";
    private static readonly TestPki Pki = new();
    private static readonly byte[] Delivered = "what was delivered"u8.ToArray();

    public static TheoryData<string, string> Lies => new()
    {
        { "nothing", "OK session 4f1c on pay-07: 1 segments, 7 entries, 1 streams, 0 heads witnessed, both ledgers agree" },
        { "another delivery", "TAMPERED what request 1 delivered is another in the broker's ledger" },
        { "a shorter delivery", "TAMPERED what request 1 delivered is another in the broker's ledger" },
        { "another stream behind the right hash", "TAMPERED what request 1 delivered is not what stream 0001.json holds" },
        { "no delivery", "TAMPERED the recording does not say what request 1 delivered, but the broker's ledger does" },
        { "no such request", "TAMPERED the broker's ledger has a request that the recording does not hold" },
        { "no decision", "TAMPERED the recording says nothing of request 1, which the broker allowed" },
        { "allowed what was refused", "TAMPERED the recording says that request 2 was allowed, but the broker's ledger does not" },
        { "another operation", "TAMPERED 0000.ndjson allows what no engineer signed" },
        { "another broker", "TAMPERED the recording names another broker's ledger" },
        { "another number", "TAMPERED the recording names another place in the agent's ledger, or another ledger" },
        { "a session that the broker never had", "TAMPERED the broker's ledger knows nothing of this session" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task The_comparison_says(string lie, string verdict)
    {
        using var folder = new TemporaryFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (first, second) = (Request(1, "process.list"), Request(2, "trace"));
        await using (var broker = await HostLedger.OpenAsync(folder["state"], LedgerNames.Broker, "pay-07", "1", new TestClock()))
        await using (var agent = await HostLedger.OpenAsync(folder["state"], LedgerNames.Agent, "pay-07", "1", new TestClock()))
        {
            await TellTheTruthAsync(broker, first, second, lie == "a session that the broker never had" ? "4f1d" : Session);
            await LieAsync(folder["recordings"], agent, broker.KeySha256, key, first, second, lie);
        }

        var options = new VerifyOptions { Ledgers = HostLedgers.Read(folder["state"]) };
        var recording = folder[$"recordings/{Session}"];
        Assert.Equal(verdict, RecordingVerifier.Verify(recording, Pki.Anchors, options).ToString());
        if (lie is not ("another operation" or "another stream behind the right hash"))
            Assert.StartsWith("OK ", Verifiers.Agree(recording, Pki).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "INCOMPLETE no final checkpoint after segment 0003")]
    [InlineData(1, "TAMPERED 0003.checkpoint is missing, or another than the agent's ledger says")]
    [InlineData(3, "TAMPERED 0001.checkpoint is missing, or another than the agent's ledger says")]
    public async Task A_tail_that_was_cut_off_after_a_crash_is_missed(int cut, string verdict)
    {
        using var folder = new TemporaryFolder();
        await using (var agent = await HostLedger.OpenAsync(folder["state"], LedgerNames.Agent, "pay-07", "1", new TestClock()))
        {
            var number = await agent.OpenSessionAsync(Session, "spiffe://corp.example/eng/alice", null, null, null);
            var options = new RecorderOptions { CheckpointSealed = head => agent.Sealed(Session, new LedgerSealed(head.Index, head.Head)) };
            await using var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", Session, Pki.Agent, new TestClock(), options);
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            await AppendAsync(recorder, "open", Open(key, number, agent.KeySha256, new string('0', 64)));
            for (var segment = 0; segment < 4; segment++)
            {
                await AppendAsync(recorder, "note", "{}");
                await recorder.SealAsync();
            }
        }

        var recording = folder[$"recordings/{Session}"];
        File.Delete(System.IO.Path.Combine(recording, "0004.ndjson"));
        for (var segment = 4 - cut; segment < 4; segment++)
            Array.ForEach(Directory.GetFiles(recording, $"{segment:D4}.*"), File.Delete);
        Assert.Equal(verdict, RecordingVerifier.Verify(recording, Pki.Anchors, new VerifyOptions { Ledgers = HostLedgers.Read(folder["state"]) }).ToString());
        Assert.StartsWith("INCOMPLETE ", Verifiers.Agree(recording, Pki).ToString(), StringComparison.Ordinal);
    }

    private static async Task TellTheTruthAsync(HostLedger broker, byte[] first, byte[] second, string session)
    {
        await broker.OpenSessionAsync(session, "spiffe://corp.example/eng/alice", null, null, null);
        await broker.RequestAsync(session, new LedgerRequest(1, "process.list", Digest.Hex(first)));
        await broker.DecisionAsync(session, new LedgerDecision(1, true, null, "role"));
        await broker.EndAsync(session, new LedgerEnd(1, Delivered.Length, Digest.Hex(Delivered), false, null));
        await broker.RequestAsync(session, new LedgerRequest(2, "trace", Digest.Hex(second)));
        await broker.DecisionAsync(session, new LedgerDecision(2, false, "denied", "no grant"));
        await broker.CloseSessionAsync(session, new LedgerClose("closed", null, null));
    }

    private static async Task LieAsync(string recordings, HostLedger agent, string brokerKey, ECDsa key, byte[] first, byte[] second, string lie)
    {
        var number = await agent.OpenSessionAsync(Session, "spiffe://corp.example/eng/alice", null, null, null);
        await using var recorder = SessionRecorder.Create(recordings, "pay-07", Session, Pki.Agent, new TestClock());
        await AppendAsync(recorder, "open", Open(key, lie == "another number" ? number + 1 : number, agent.KeySha256, lie == "another broker" ? new string('0', 64) : brokerKey));
        if (lie != "no such request")
        {
            await AppendAsync(recorder, "request", Signed(key, first));
            await agent.RequestAsync(Session, new LedgerRequest(1, "process.list", Digest.Hex(first)));
            if (lie != "no decision")
            {
                var operation = lie == "another operation" ? "counters" : "process.list";
                await AppendAsync(recorder, "decision", $$"""{"number":1,"operation":"{{operation}}","allowed":true,"by":"agent and broker","reason":"role","stream":"0001.json","requestSha256":"{{Digest.Hex(first)}}"}""");
                await agent.DecisionAsync(Session, new LedgerDecision(1, true, null, "role"));
                if (lie != "no delivery")
                    await DeliverAsync(recorder, agent, lie);
            }
        }

        var allowed = lie == "allowed what was refused";
        await AppendAsync(recorder, "request", Signed(key, second));
        await agent.RequestAsync(Session, new LedgerRequest(2, "trace", Digest.Hex(second)));
        await AppendAsync(recorder, "decision", $$"""{"number":2,"operation":"trace","allowed":{{(allowed ? "true" : "false")}},"by":"broker","reason":"no grant","requestSha256":"{{Digest.Hex(second)}}"}""");
        await agent.DecisionAsync(Session, new LedgerDecision(2, allowed, "denied", "no grant"));
        await recorder.CloseAsync("closed");
        await agent.CloseSessionAsync(Session, new LedgerClose("closed", recorder.SealedSegments, recorder.Head));
    }

    private static async Task DeliverAsync(SessionRecorder recorder, HostLedger agent, string lie)
    {
        var said = lie switch
        {
            "another delivery" => "what was not there"u8.ToArray(),
            "a shorter delivery" => Delivered[..^1],
            _ => Delivered,
        };
        using (var stream = recorder.OpenStream("0001.json"))
        {
            await stream.AppendAsync(lie == "another stream behind the right hash" ? "what was not there"u8.ToArray() : said);
            stream.Complete();
        }

        await AppendAsync(recorder, "end", $$$"""{"number":1,"end":{"bytes":{{{said.Length}}},"sha256":"{{{Digest.Hex(said)}}}","partial":false}}""");
        await agent.EndAsync(Session, new LedgerEnd(1, said.Length, Digest.Hex(said), false, null));
    }

    private static string Open(ECDsa key, long number, string agentKey, string brokerKey)
    {
        using var alice = Pki.Issue("alice", TestPki.ClientAuth);
        using var own = alice.GetECDsaPrivateKey()!;
        var statement = Encoding.UTF8.GetBytes($$"""{"host":"pay-07","session":"{{Session}}","ephemeralKey":"{{Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}}"}""");
        var proof = $$"""{"statement":"{{Convert.ToBase64String(statement)}}","signature":"{{Sign(own, statement)}}","certificates":["{{Convert.ToBase64String(alice.RawData)}}"]}""";
        return $$"""{"identity":"spiffe://corp.example/eng/alice","proof":{{proof}},"ledgers":{"number":{{number}},"agentKeySha256":"{{agentKey}}","brokerKeySha256":"{{brokerKey}}"} }""";
    }

    private static byte[] Request(int number, string operation) => Encoding.UTF8.GetBytes($$"""{"session":"{{Session}}","number":{{number}},"operation":"{{operation}}"}""");

    private static string Signed(ECDsa key, byte[] request) => $$"""{"request":"{{Convert.ToBase64String(request)}}","signature":"{{Sign(key, request)}}"}""";

    private static string Sign(ECDsa key, byte[] bytes) => Convert.ToBase64String(key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    private static ValueTask AppendAsync(SessionRecorder recorder, string kind, string body) =>
        recorder.AppendAsync(kind, Encoding.UTF8.GetBytes(body), durable: false, TestContext.Current.CancellationToken);
}
