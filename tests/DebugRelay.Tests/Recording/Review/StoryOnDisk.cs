using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DebugRelay.Recording;

namespace DebugRelay.Tests.Recording.Review;

/// <summary>A recording as an agent writes one: an operation that was allowed, one that was refused, a delivery.</summary>
internal static class StoryOnDisk
{
    // Base64 as the agent writes it: its plus signs are not escaped.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<string> WriteAsync(
        string folder, RecordingIdentity? agent = null, X509Certificate2? engineer = null, TimeProvider? time = null, string reason = "checkout slow", string process = "Payments.Api", string rule = "role oncall allows trace", string scrubbed = "email", bool breakGlass = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = engineer ?? new TestPki().Issue("alice", TestPki.ClientAuth);
        var (trace, dump) = (Request(1, "trace"), Request(2, "dump.heap"));
        await using var recorder = SessionRecorder.Create(folder, "pay-07", "4f1c", agent ?? new TestPki().Agent, time ?? new TestClock());
        await Append(recorder, "open", new JsonObject
        {
            ["host"] = "pay-07", ["identity"] = "spiffe://corp.example/eng/alice", ["remote"] = "10.0.0.7:4711", ["roles"] = new JsonArray("oncall"), ["client"] = "debugrelay 0.1.0",
            ["reason"] = reason, ["incident"] = "INC-812", ["scrub"] = "default", ["proof"] = Proof(certificate, key),
        });
        await Append(recorder, "request", Signed(trace, key));
        await Append(recorder, "decision", new JsonObject
        {
            ["number"] = 1, ["operation"] = "trace", ["allowed"] = true, ["by"] = "agent and broker", ["reason"] = rule, ["stream"] = "0001.nettrace", ["grant"] = "g-17", ["breakGlass"] = breakGlass, ["requestSha256"] = Digest.Hex(trace),
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
                ["bytes"] = 41_000, ["sha256"] = Digest.Hex(new byte[41_000]), ["partial"] = false, ["scrubbed"] = new JsonObject { [scrubbed] = 1204, ["token"] = 88 },
                ["events"] = new JsonObject { ["read"] = 900, ["delivered"] = 900 },
            },
        });
        await Append(recorder, "request", Signed(dump, key));
        await Append(recorder, "decision", new JsonObject { ["number"] = 2, ["operation"] = "dump.heap", ["allowed"] = false, ["by"] = "broker", ["code"] = "denied", ["reason"] = "no grant covers dump.heap" });
        await recorder.CloseAsync("closed");
        return recorder.Folder;
    }

    private static async Task Append(SessionRecorder recorder, string kind, JsonObject body) =>
        await recorder.AppendAsync(kind, Encoding.UTF8.GetBytes(body.ToJsonString(Plain)), durable: false);

    private static byte[] Request(int number, string operation) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["number"] = number, ["operation"] = operation, ["target"] = new JsonObject { ["pid"] = 2367 },
        ["parameters"] = new JsonObject { ["providers"] = new JsonArray(new JsonObject { ["name"] = "System.Net.Http", ["keywords"] = "0x1", ["level"] = 4 }) },
    }.ToJsonString(Plain));

    private static JsonObject Signed(byte[] request, ECDsa key) => new() { ["request"] = Convert.ToBase64String(request), ["signature"] = Sign(key, request) };

    private static JsonObject Proof(X509Certificate2 engineer, ECDsa key)
    {
        var statement = Encoding.UTF8.GetBytes(
            new JsonObject { ["host"] = "pay-07", ["session"] = "4f1c", ["ephemeralKey"] = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()) }.ToJsonString(Plain));
        using var own = engineer.GetECDsaPrivateKey()!;
        return new JsonObject
        {
            ["statement"] = Convert.ToBase64String(statement), ["signature"] = Sign(own, statement), ["certificates"] = new JsonArray(Convert.ToBase64String(engineer.RawData)),
        };
    }

    private static string Sign(ECDsa key, byte[] bytes) => Convert.ToBase64String(key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
}
