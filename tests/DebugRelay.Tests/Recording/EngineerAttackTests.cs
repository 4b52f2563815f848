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
        await using var recorder = SessionRecorder.Create(recordings, "pay-07", "4f1c", Pki.Agent, new TestClock());
        await recorder.AppendAsync("open", Open(engineer, key, attack), durable: true, Cancel);
        var request = "{\"version\":1,\"session\":\"4f1c\",\"number\":1,\"operation\":\"trace\"}"u8.ToArray();
        var signature = key.SignData(request, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        if (attack.StartsWith("forged request", StringComparison.Ordinal))
            signature[^1] ^= 1;
        if (attack == "other request")
            signature = key.SignData([.. request, (byte)' '], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var kind = attack == "no request" ? "note" : "request";
        await recorder.AppendAsync(kind, Json($$"""{"remote":"::1","request":"{{Base64(request)}}","signature":"{{Base64(signature)}}"}"""), durable: true, Cancel);
        var names = attack == "decision without its request" ? "" : $",\"requestSha256\":\"{Digest.Hex(request)}\"";
        var allowed = attack == "forged request, refused" ? "false" : "true";
        await recorder.AppendAsync("decision", Json($$"""{"number":1,"operation":"trace","allowed":{{allowed}},"by":"agent and broker","reason":"r"{{names}}}"""), durable: true, Cancel);
        await recorder.CloseAsync("closed");
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
        return Json($$$"""{"session":"4f1c","proof":{"statement":"{{{Base64(statement)}}}","signature":"{{{Base64(signature)}}}","certificates":["{{{Base64(engineer.RawData)}}}","{{{Base64(Pki.Intermediate.RawData)}}}"]}}""");
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
