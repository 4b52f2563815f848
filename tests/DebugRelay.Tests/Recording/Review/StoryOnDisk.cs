using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using DebugRelay.Recording;

namespace DebugRelay.Tests.Recording.Review;

/// <summary>A recording as an agent writes one: an operation that was allowed, one that was refused, a delivery.</summary>
internal static class StoryOnDisk
{
    // The agent writes base64 as it is; a node's own writer would escape its plus signs.
    private static readonly System.Text.Json.JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<string> WriteAsync(
        string folder, (RecordingIdentity Agent, X509Certificate2 Engineer)? people = null, TimeProvider? time = null, string reason = "checkout slow", string process = "Payments.Api", string rule = "role oncall allows trace", string scrubbed = "email", bool breakGlass = false)
    {
        var (agent, engineer) = people ?? Make(new TestPki());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var recorder = SessionRecorder.Create(folder, "pay-07", "4f1c", agent, time ?? new TestClock());
        await Append(recorder, "open", new JsonObject
        {
            ["host"] = "pay-07", ["identity"] = "spiffe://corp.example/eng/alice", ["remote"] = "10.0.0.7:4711", ["roles"] = new JsonArray("oncall"), ["client"] = "debugrelay 0.1.0",
            ["reason"] = reason, ["incident"] = "INC-812", ["scrub"] = "default",
            ["proof"] = Proof(engineer, key),
        });
        await Append(recorder, "request", Sign(key, Request(1, "trace")));
        await Append(recorder, "decision", new JsonObject
        {
            ["number"] = 1, ["operation"] = "trace", ["allowed"] = true, ["by"] = "agent and broker", ["reason"] = rule, ["stream"] = "0001.nettrace", ["grant"] = "g-17", ["breakGlass"] = breakGlass,
            ["requestSha256"] = Digest.Hex(Request(1, "trace")),
            ["target"] = new JsonObject { ["pid"] = 2367, ["name"] = process, ["user"] = "payments" },
        });
        using (var stream = recorder.OpenStream("0001.nettrace"))
        {
            await stream.AppendAsync(new byte[41_000]);
            stream.Complete();
        }

        await Append(recorder, "end", new JsonObject
        {
            ["number"] = 1,
            ["end"] = new JsonObject
            {
                ["bytes"] = 41_000, ["sha256"] = new string('a', 64), ["partial"] = false, ["scrubbed"] = new JsonObject { [scrubbed] = 1204, ["token"] = 88 },
                ["events"] = new JsonObject { ["read"] = 900, ["delivered"] = 900 },
            },
        });
        await Append(recorder, "request", Sign(key, Request(2, "dump.heap")));
        await Append(recorder, "decision", new JsonObject { ["number"] = 2, ["operation"] = "dump.heap", ["allowed"] = false, ["by"] = "broker", ["code"] = "denied", ["reason"] = "no grant covers dump.heap" });
        await recorder.CloseAsync("closed");
        return recorder.Folder;
    }

    private static async Task Append(SessionRecorder recorder, string kind, JsonObject body) =>
        await recorder.AppendAsync(kind, Encoding.UTF8.GetBytes(body.ToJsonString(Plain)), durable: false);

    private static (RecordingIdentity Agent, X509Certificate2 Engineer) Make(TestPki pki) => (pki.Agent, pki.Issue("alice", TestPki.ClientAuth));

    private static JsonObject Proof(X509Certificate2 engineer, ECDsa key)
    {
        var statement = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["host"] = "pay-07", ["session"] = "4f1c", ["ephemeralKey"] = JsonBase64(key.ExportSubjectPublicKeyInfo()),
        }.ToJsonString(Plain));
        using var own = engineer.GetECDsaPrivateKey()!;
        return new JsonObject
        {
            ["statement"] = JsonBase64(statement),
            ["signature"] = JsonBase64(own.SignData(statement, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            ["certificates"] = new JsonArray(JsonBase64(engineer.RawData)),
        };
    }

    private static JsonObject Sign(ECDsa key, byte[] request) => new()
    {
        ["request"] = JsonBase64(request),
        ["signature"] = JsonBase64(key.SignData(request, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
    };

    private static byte[] Request(int number, string operation) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["number"] = number, ["operation"] = operation, ["target"] = new JsonObject { ["pid"] = 2367 },
        ["parameters"] = new JsonObject { ["providers"] = new JsonArray(new JsonObject { ["name"] = "System.Net.Http", ["keywords"] = "0x1", ["level"] = 4 }) },
    }.ToJsonString());

    private static string JsonBase64(byte[] bytes) => Convert.ToBase64String(bytes);
}
