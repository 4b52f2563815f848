using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Hosting;

/// <summary>What operations sees of an agent that looks into a process which leaks on purpose: everything but what leaks.</summary>
public sealed partial class ObservabilityTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_health_and_log_tell_what_was_done_and_nothing_of_what_was_seen()
    {
        await using RelayHost host = await RelayHost.StartAsync(
            prepare: folder => RelayHost.AddToConfiguration(folder, "\"metrics\": \"observe\", \"log\": \"json\""), crlUntil: DateTimeOffset.UtcNow.AddMinutes(4));
        await using SampleProcess sample = await SampleProcess.StartAsync();
        using HttpClient http = ClientOf(host.Folder.File("observe"));
        Assert.Equal("ok\n", await http.GetStringAsync("/healthz", Cancellation));
        Assert.Equal("ready\n", await http.GetStringAsync("/readyz", Cancellation));

        await using TestProcess traced = await host.RunClientAsync("trace", $"{sample.Id}", "-o", host.Folder.File("t.nettrace"), "--duration", "2s", "--providers", "DebugRelay-Sample-Shop,Microsoft-Extensions-Logging:4");
        Assert.True(traced.ExitCode == 0, traced.Errors.Text);
        await using TestProcess refused = await host.RunClientAsync("dump", $"{sample.Id}", "-o", host.Folder.File("d.dmp"));
        Assert.NotEqual(0, refused.ExitCode);

        string page = await http.GetStringAsync("/metrics", Cancellation);
        Assert.Matches("""(?m)^debugrelay_operations_total\{operation="trace",code="done"\} 1$""", page);
        Assert.Matches("""(?m)^debugrelay_masked_total [1-9]""", page);
        Assert.Matches("""(?m)^debugrelay_delivered_bytes_total\{operation="trace"\} [1-9]""", page);
        Assert.Matches("""(?m)^debugrelay_refused_total\{code="denied"\} [1-9]""", page);
        Assert.Matches("""(?m)^debugrelay_operation_duration_seconds_bucket\{operation="trace",le="5"\} """, page);
        Assert.Matches("""(?m)^debugrelay_ends_seconds\{what="agent certificate"\} [1-9]""", page);
        Assert.Matches("""(?m)^debugrelay_ends_soon 1$""", page);
        string log = host.Agent.Errors.Text;
        Assert.Contains("revocation list of CN=Test CA ends at", log, StringComparison.Ordinal);
        foreach (PlantedSecret secret in sample.Secrets)
        {
            Assert.DoesNotContain(secret.Value, page, StringComparison.Ordinal);
            Assert.DoesNotContain(secret.Value, log, StringComparison.Ordinal);
        }
        foreach (string line in host.Agent.Errors.All)
        {
            using JsonDocument entry = JsonDocument.Parse(line);
            Assert.NotNull(entry.RootElement.GetProperty("message").GetString());
        }
        Assert.Contains(host.Agent.Errors.All, l => l.Contains("\"fields\":{\"Session\":", StringComparison.Ordinal));
        AssertAlertsAreOn(page);

        host.Replace("kill", "");
        await Wait.UntilAsync(() => http.GetAsync("/readyz", Cancellation).GetAwaiter().GetResult().StatusCode == HttpStatusCode.ServiceUnavailable, "a killed host is not ready", cancellation: Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Whatever_ends_soon_is_told_by_log_page_and_check()
    {
        using var authority = new TestAuthority();
        using TestAuthority intermediate = authority.Intermediate("Test Intermediate");
        await using RelayHost host = await RelayHost.StartAsync(prepare: folder =>
        {
            using (X509Certificate2 agent = intermediate.Agent())
                RelayHost.WritePem(folder, "agent", agent);
            folder.WriteFile("agent.crt", File.ReadAllText(folder.File("agent.crt")) + "\n" + intermediate.Pem);
            using (X509Certificate2 reviewer = authority.Client("spiffe://corp.example/sec/rita", DateTimeOffset.UtcNow.AddMinutes(2)))
                RelayHost.WritePem(folder, "rita", reviewer);
            RelayHost.AddToConfiguration(folder, "\"metrics\": \"observe\", \"reviewerCertificates\": [\"rita.crt\", \"nobody.crt\"]");
        });
        string[] soon = ["intermediate CN=Test Intermediate", "reviewer's certificate rita.crt"];
        using HttpClient http = ClientOf(host.Folder.File("observe"));
        string page = await http.GetStringAsync("/metrics", Cancellation);
        Assert.Matches($"(?m)^debugrelay_ends_soon {soon.Length}$", page);
        Assert.False(Directory.Exists(host.Recordings));
        Assert.Matches("(?m)^debugrelay_recordings_free_bytes [1-9]", page);
        await using TestProcess check = await TestProcess.RunAsync(BuiltPrograms.Agent, ["check", "--config", host.Folder.File("agent.json")]);
        Assert.True(check.ExitCode == 0, check.Errors.Text);
        foreach (string what in soon)
        {
            Assert.Matches($$"""(?m)^debugrelay_ends_seconds\{what="{{Regex.Escape(what)}}"\} [1-9]""", page);
            Assert.Contains(check.Output.All, l => l.StartsWith($"warning: {what}: until ", StringComparison.Ordinal));
            await Wait.UntilAsync(() => host.Agent.Errors.Text.Contains($"{what} ends at", StringComparison.Ordinal), $"the log warns of {what}", cancellation: Cancellation);
        }
        Assert.Contains(check.Output.All, l => l.StartsWith("client authority CN=Test CA: until ", StringComparison.Ordinal));
    }

    /// <summary>An alert on a name that nobody exports never fires. What only failures count is not on the page of a host that is well.</summary>
    private static void AssertAlertsAreOn(string page, [CallerFilePath] string here = "")
    {
        string rules = File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "packaging", "prometheus", "debugrelay.rules.yml"));
        string[] names = [.. MetricName().Matches(rules).Select(m => m.Value).Distinct()];
        Assert.True(names.Length > 8);
        Assert.Empty(names.Where(n => !page.Contains($"\n{n}", StringComparison.Ordinal)).Except(["debugrelay_recording_failures_total", "debugrelay_emergencies_total"]));
    }

    private static HttpClient ClientOf(string socket) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
            return new NetworkStream(connection, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
    };

    [GeneratedRegex("debugrelay_[a-z_]+")]
    private static partial Regex MetricName();
}
