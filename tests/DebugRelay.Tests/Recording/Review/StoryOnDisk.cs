using System.Text.Json.Nodes;
using DebugRelay.Recording;

namespace DebugRelay.Tests.Recording.Review;

/// <summary>A recording as an agent writes one: an operation that was allowed, one that was refused, a delivery.</summary>
internal static class StoryOnDisk
{
    public static async Task<string> WriteAsync(
        string folder, RecordingIdentity? agent = null, TimeProvider? time = null, string reason = "checkout slow", string process = "Payments.Api", string rule = "role oncall allows trace", string scrubbed = "email", bool breakGlass = false)
    {
        await using var recorder = SessionRecorder.Create(folder, "pay-07", "4f1c", agent ?? new TestPki().Agent, time ?? new TestClock());
        await Append(recorder, "open", new JsonObject
        {
            ["host"] = "pay-07", ["identity"] = "spiffe://corp.example/eng/alice", ["remote"] = "10.0.0.7:4711", ["roles"] = new JsonArray("oncall"), ["client"] = "debugrelay 0.1.0",
            ["reason"] = reason, ["incident"] = "INC-812", ["scrub"] = "default",
        });
        await Append(recorder, "request", Request(1, "trace"));
        await Append(recorder, "decision", new JsonObject
        {
            ["number"] = 1, ["operation"] = "trace", ["allowed"] = true, ["by"] = "agent and broker", ["reason"] = rule, ["stream"] = "0001.nettrace", ["grant"] = "g-17", ["breakGlass"] = breakGlass,
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
        await Append(recorder, "request", Request(2, "dump.heap"));
        await Append(recorder, "decision", new JsonObject { ["number"] = 2, ["operation"] = "dump.heap", ["allowed"] = false, ["by"] = "broker", ["code"] = "denied", ["reason"] = "no grant covers dump.heap" });
        await recorder.CloseAsync("closed");
        return recorder.Folder;
    }

    private static async Task Append(SessionRecorder recorder, string kind, JsonObject body) =>
        await recorder.AppendAsync(kind, System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()), durable: false);

    private static JsonObject Request(int number, string operation) => new()
    {
        ["request"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(new JsonObject
        {
            ["number"] = number, ["operation"] = operation, ["target"] = new JsonObject { ["pid"] = 2367 },
            ["parameters"] = new JsonObject { ["providers"] = new JsonArray(new JsonObject { ["name"] = "System.Net.Http", ["keywords"] = "0x1", ["level"] = 4 }) },
        }.ToJsonString())),
        ["signature"] = "AA==",
    };
}
