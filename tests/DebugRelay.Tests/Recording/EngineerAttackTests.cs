using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Recording;
using Xunit;

namespace DebugRelay.Tests.Recording;

/// <summary>An agent that is taken over seals what it likes; both verifiers find that no engineer signed it.</summary>
public class EngineerAttackTests
{
    private static readonly TestPki Pki = new();
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Attacks => new()
    {
        { "nothing", "OK session 4f1c on pay-07: 1 segments, 4 entries, 0 streams, 0 heads witnessed" },
        { "RSA", "OK session 4f1c on pay-07: 1 segments, 4 entries, 0 streams, 0 heads witnessed" },
        { "P-384", "OK session 4f1c on pay-07: 1 segments, 4 entries, 0 streams, 0 heads witnessed" },
        { "forged request, refused", "OK session 4f1c on pay-07: 1 segments, 4 entries, 0 streams, 0 heads witnessed" },
        { "forged request", "TAMPERED 0000.ndjson allows what no engineer signed" },
        { "no request", "TAMPERED 0000.ndjson allows what no engineer signed" },
        { "other request", "TAMPERED 0000.ndjson allows what no engineer signed" },
        { "decision without its request", "TAMPERED 0000.ndjson allows what no engineer signed" },
        { "request allowed twice", "TAMPERED 0000.ndjson allows the same request twice" },
        { "other operation", "TAMPERED 0000.ndjson allows what no engineer signed" },
        { "other number", "TAMPERED 0000.ndjson allows what no engineer signed" },
        { "other process", "TAMPERED 0000.ndjson allows what no engineer signed" },
        { "other engineer", "TAMPERED the engineer's certificate is not that of whom the recording names" },
        { "delivered", "OK session 4f1c on pay-07: 1 segments, 5 entries, 1 streams, 0 heads witnessed" },
        { "delivered by hash", "OK session 4f1c on pay-07: 1 segments, 5 entries, 1 streams, 0 heads witnessed" },
        { "delivered something else", "TAMPERED what request 1 delivered is not what stream 0001.nettrace holds" },
        { "delivered something else by hash", "TAMPERED what request 1 delivered is not what stream 0001.nettrace holds" },
        { "delivered more", "TAMPERED what request 1 delivered is not what stream 0001.nettrace holds" },
        { "delivered what is not there", "TAMPERED what request 1 delivered is not what stream 0001.nettrace holds" },
        { "end without a form", "TAMPERED 0000.ndjson holds an end that cannot be read" },
        { "countersigned", "OK session 4f1c on pay-07: 1 segments, 4 entries, 0 streams, 0 heads witnessed, end countersigned" },
        { "countersigned by another", "TAMPERED end.sig is not the engineer's" },
        { "another end countersigned", "TAMPERED end.sig is not the engineer's" },
        { "forged statement", "TAMPERED the engineer's proof in 0000.ndjson does not hold" },
        { "another session's statement", "TAMPERED the engineer's proof in 0000.ndjson does not hold" },
        { "another host's statement", "TAMPERED the engineer's proof in 0000.ndjson does not hold" },
        { "no statement", "TAMPERED the engineer's proof in 0000.ndjson does not hold" },
        { "stranger's certificate", "TAMPERED the engineer's certificate was not trusted when the session was opened" },
        { "server's certificate", "TAMPERED the engineer's certificate was not trusted when the session was opened" },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Both_verifiers_say(string attack, string verdict)
    {
        using var folder = new TemporaryFolder();
        await RecordAsync(folder["recordings"], attack);

        Assert.Equal(verdict, Verifiers.Agree(folder["recordings/4f1c"], Pki).ToString());
    }

    [Fact]
    public async Task Another_hosts_agent_cannot_record_for_this_one()
    {
        using var folder = new TemporaryFolder();
        await using (var recorder = SessionRecorder.Create(folder["recordings"], "pay-08", "4f1c", Pki.Agent, new TestClock()))
            await recorder.CloseAsync("closed");

        Assert.Equal("TAMPERED agent.crt does not name the host pay-08", Verifiers.Agree(folder["recordings/4f1c"], Pki).ToString());
    }

    private static async Task RecordAsync(string recordings, string attack)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var engineer = attack switch
        {
            "stranger's certificate" => new TestPki("Stranger").Issue("alice", TestPki.ClientAuth),
            "server's certificate" => Pki.Issue("alice", TestPki.ServerAuth),
            "RSA" => Pki.Issue("alice", TestPki.ClientAuth, rsa: true),
            "P-384" => Pki.Issue("alice", TestPki.ClientAuth, curve: ECCurve.NamedCurves.nistP384),
            _ => Pki.Issue("alice", TestPki.ClientAuth),
        };
        var options = new RecorderOptions { SpoolFolder = recordings + "-spool" };
        await using var recorder = SessionRecorder.Create(recordings, "pay-07", "4f1c", Pki.Agent, new TestClock(), options);
        await recorder.AppendAsync("open", Open(engineer, key, attack), durable: true, Cancel);
        var request = "{\"version\":1,\"session\":\"4f1c\",\"number\":1,\"operation\":\"trace\",\"target\":{\"startTime\":7,\"pid\":2367}}"u8.ToArray();
        var signature = key.SignData(request, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        if (attack.StartsWith("forged request", StringComparison.Ordinal))
            signature[^1] ^= 1;
        if (attack == "other request")
            signature = key.SignData([.. request, (byte)' '], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var kind = attack == "no request" ? "note" : "request";
        await recorder.AppendAsync(kind, Json($$"""{"remote":"::1","request":"{{Base64(request)}}","signature":"{{Base64(signature)}}"}"""), durable: true, Cancel);
        var names = attack == "decision without its request" ? "" : $",\"requestSha256\":\"{Digest.Hex(request)}\"";
        var allowed = attack == "forged request, refused" ? "false" : "true";
        var (number, operation, pid) = (attack == "other number" ? 2 : 1, attack == "other operation" ? "counters" : "trace", attack == "other process" ? 1 : 2367);
        for (var i = 0; i < (attack == "request allowed twice" ? 2 : 1); i++)
        {
            await recorder.AppendAsync(
                "decision", Json($$"""{"number":{{number}},"operation":"{{operation}}","allowed":{{allowed}},"by":"agent and broker","reason":"r","target":{"pid":{{pid}},"name":"a"},"stream":"0001.nettrace"{{names}}}"""), durable: true, Cancel);
        }

        if (attack.Contains("deliver", StringComparison.Ordinal) || attack.StartsWith("end", StringComparison.Ordinal))
            await DeliverAsync(recorder, attack);
        await recorder.CloseAsync("closed");
        if (attack.Contains("countersigned", StringComparison.Ordinal))
            Countersign(recorder, key, attack);
    }

    private static async Task DeliverAsync(SessionRecorder recorder, string attack)
    {
        if (!attack.EndsWith("is not there", StringComparison.Ordinal))
        {
            using var stream = recorder.OpenStream("0001.nettrace", attack.EndsWith("hash", StringComparison.Ordinal) ? StreamKeeping.Hash : null);
            await stream.AppendAsync("what was delivered"u8.ToArray());
            stream.Complete();
        }

        var bytes = attack == "delivered more" ? 19 : 18;
        var sha256 = Digest.Hex(attack.Contains("something else", StringComparison.Ordinal) ? "what was not deliver"u8 : "what was delivered"u8);
        await recorder.AppendAsync(
            "end", Json(attack == "end without a form" ? """{"number":1,"end":{}}""" : $$$"""{"number":1,"end":{"bytes":{{{bytes}}},"sha256":"{{{sha256}}}","partial":false}}"""), durable: true, Cancel);
    }

    private static void Countersign(SessionRecorder recorder, ECDsa key, string attack)
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var end = new SessionEnd("pay-07", "4f1c", attack.StartsWith("another", StringComparison.Ordinal) ? 1 : 0, recorder.Head!);
        var signer = attack.EndsWith("another", StringComparison.Ordinal) ? other : key;
        File.WriteAllBytes(Path.Combine(recorder.Folder, "end.sig"), signer.SignData(end.Statement(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    private static byte[] Open(X509Certificate2 engineer, ECDsa key, string attack)
    {
        if (attack == "no statement")
            return "{\"session\":\"4f1c\"}"u8.ToArray();
        var session = attack == "another session's statement" ? "4f1d" : "4f1c";
        var host = attack == "another host's statement" ? "pay-08" : "pay-07";
        var statement = Json($$"""{"version":1,"host":"{{host}}","session":"{{session}}","ephemeralKey":"{{Base64(key.ExportSubjectPublicKeyInfo())}}","reason":"a \"session\":\"4f1c\""}""");
        var signature = Sign(engineer, statement);
        if (attack == "forged statement")
            signature[^1] ^= 1;
        var identity = attack == "other engineer" ? "spiffe://corp.example/eng/mallory" : "spiffe://corp.example/eng/alice";
        return Json($$$"""{"session":"4f1c","identity":"{{{identity}}}","proof":{"statement":"{{{Base64(statement)}}}","signature":"{{{Base64(signature)}}}","certificates":["{{{Base64(engineer.RawData)}}}","{{{Base64(Pki.Intermediate.RawData)}}}"]}}""");
    }

    private static byte[] Sign(X509Certificate2 engineer, byte[] statement)
    {
        using var ecdsa = engineer.GetECDsaPrivateKey();
        if (ecdsa is not null)
            return ecdsa.SignData(statement, ecdsa.KeySize > 256 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        using var rsa = engineer.GetRSAPrivateKey()!;
        return rsa.SignData(statement, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    }

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes);

    private static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);
}
