using System.Text.Json;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Shipping;

/// <summary>What a real agent counts arrives over OTLP, by the shipper as a process.</summary>
public sealed class MetricsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_an_agent_counts_arrives_over_otlp_and_that_it_is_gone_too()
    {
        await using RelayHost host = await RelayHost.StartAsync(prepare: folder => RelayHost.AddToConfiguration(folder, "\"metrics\": \"observe\""));
        await using TestProcess asked = await host.RunClientAsync("ps");
        Assert.True(asked.ExitCode == 0, asked.Errors.Text);
        using var receiver = new OtlpReceiver();
        await using TestProcess shipper = TestProcess.Start(BuiltPrograms.Find("debugrelay-shipper"), ["run", "--config", host.Folder.WriteFile("shipper.json", $$"""
            { "state": "state", "cursor": "cursor",
              "metrics": { "page": "observe", "endpoint": "http://127.0.0.1:{{receiver.Port}}/v1/metrics", "host": "pay-07", "seconds": 1 } }
            """)], RelayHost.NoDiagnostics);
        await Wait.UntilAsync(() => receiver.Last is not null, "metrics arrive", cancellation: Cancellation);
        Assert.Equal("/v1/metrics", receiver.Last!.Value.Path);
        Assert.Equal("application/json", receiver.Last!.Value.Type);
        JsonElement sent = Of(receiver.Last.Value.Body);
        Assert.Equal(["debugrelay", "pay-07", "pay-07"], sent.GetProperty("resource").GetProperty("attributes").EnumerateArray().Select(Text));
        JsonElement[] metrics = Metrics(sent);

        Assert.Equal(1, Points(metrics, "up", "gauge").Single().GetProperty("asDouble").GetDouble());
        JsonElement operations = Points(metrics, "debugrelay_operations_total", "sum").Single();
        Assert.Equal(1, operations.GetProperty("asDouble").GetDouble());
        Assert.Equal(["process.list", "done"], operations.GetProperty("attributes").EnumerateArray().Select(Text));
        Assert.True(Metric(metrics, "debugrelay_operations_total").GetProperty("sum").GetProperty("isMonotonic").GetBoolean());
        Assert.InRange(Time(operations, "startTimeUnixNano"), DateTimeOffset.UtcNow.AddMinutes(-5), Time(operations, "timeUnixNano"));
        Assert.InRange(Time(operations, "timeUnixNano"), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
        JsonElement duration = Points(metrics, "debugrelay_operation_duration_seconds", "histogram").Single();
        string[] counts = [.. duration.GetProperty("bucketCounts").EnumerateArray().Select(c => c.GetString()!)];
        Assert.Equal(duration.GetProperty("explicitBounds").GetArrayLength() + 1, counts.Length);
        Assert.Equal("1", duration.GetProperty("count").GetString());
        Assert.Single(counts, "1");
        Assert.Equal(counts.Length - 1, counts.Count(c => c == "0"));
        Assert.InRange(duration.GetProperty("sum").GetDouble(), 0.000001, 60);

        HostProcesses.Kill(host.Agent.Id);
        await Wait.UntilAsync(() => Metrics(Of(receiver.Last!.Value.Body)) is [var only] && only.GetProperty("gauge").GetProperty("dataPoints")[0].GetProperty("asDouble").GetDouble() == 0,
            "that the agent is gone is told", cancellation: Cancellation);
    }

    private static JsonElement Of(byte[] body) => JsonDocument.Parse(body).RootElement.GetProperty("resourceMetrics").EnumerateArray().Single();

    private static JsonElement[] Metrics(JsonElement resource) => [.. resource.GetProperty("scopeMetrics").EnumerateArray().Single().GetProperty("metrics").EnumerateArray()];

    private static JsonElement Metric(JsonElement[] metrics, string name) => Assert.Single(metrics, m => m.GetProperty("name").GetString() == name);

    private static JsonElement[] Points(JsonElement[] metrics, string name, string kind) => [.. Metric(metrics, name).GetProperty(kind).GetProperty("dataPoints").EnumerateArray()];

    private static string Text(JsonElement attribute) => attribute.GetProperty("value").GetProperty("stringValue").GetString()!;

    private static DateTimeOffset Time(JsonElement point, string name)
        => DateTimeOffset.UnixEpoch.AddTicks(long.Parse(point.GetProperty(name).GetString()!, System.Globalization.CultureInfo.InvariantCulture) / TimeSpan.NanosecondsPerTick);
}
