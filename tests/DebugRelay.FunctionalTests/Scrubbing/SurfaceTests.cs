using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Leaks;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.Tracing;
using Xunit;

namespace DebugRelay.FunctionalTests.Scrubbing;

/// <summary>
/// A shop that leaks on every surface, traced over the relay under one profile after another: nothing of it is in what is delivered or recorded, in no
/// encoding, and what is harmless is there.
/// </summary>
public sealed partial class SurfaceTests : IAsyncLifetime
{
    private const string Hashing = """
        "detectors": { "email": "hash", "generic-secret": "hash", "creditcard": "hash" },
        "rules": [ { "provider": "DebugRelay-Sample-Shop", "event": "OrderPlaced", "field": "email", "action": "hash", "name": "customer" } ],
        """;

    private SampleProcess _sample = null!;

    public async ValueTask InitializeAsync() => _sample = await SampleProcess.StartAsync();

    public ValueTask DisposeAsync() => _sample.DisposeAsync();

    [Fact]
    public async Task Under_default_no_secret_gets_out_and_everything_harmless_stays()
    {
        byte[] trace = await TraceAsync(ProfileHost.Profile(""));

        string text = Utf16(trace);
        Assert.All(_sample.Harmless, harmless => Assert.Contains(harmless, text, StringComparison.Ordinal));
        Assert.All(["order-amount", "shop.order.amount", "[email]", "[creditcard]", "[generic-secret]"], word => Assert.Contains(word, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Under_strict_only_names_and_figures_stay()
    {
        byte[] trace = await TraceAsync(ProfileHost.Profile("\"extends\": \"strict\","));

        string text = Utf16(trace);
        Assert.All(["order-amount", "shop.order.amount", "DebugRelay.Sample.Leaks.LogArgumentLeak", "System.InvalidOperationException", "[unlisted]"],
            word => Assert.Contains(word, text, StringComparison.Ordinal));
        Assert.DoesNotContain(_sample.Harmless, harmless => text.Contains(harmless, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pseudonym_is_one_within_a_session_and_another_in_the_next()
    {
        await using RelayHost host = await ProfileHost.StartAsync(ProfileHost.Profile(Hashing));
        string first = Customer(await TraceAsync(host, "first.nettrace"));
        string second = Customer(await TraceAsync(host, "second.nettrace"));
        Assert.NotEqual(first, second);

        // What anybody can guess has none.
        string text = Utf16(File.ReadAllBytes(host.Folder.File("second.nettrace")));
        Assert.Contains("[creditcard]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("creditcard:k", text, StringComparison.Ordinal);
        Assert.All(_sample.Harmless, harmless => Assert.Contains(harmless, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_scrubs_with_the_file_and_says_which_and_what_it_counted()
    {
        string profile = ProfileHost.Profile("\"description\": \"which\",");
        await using RelayHost host = await ProfileHost.StartAsync(profile);
        string file = host.Folder.File("out.nettrace");
        await using TestProcess client = await host.RunClientAsync("trace", $"{_sample.Id}", "-o", file, "--duration", "2s", "--providers", "DebugRelay-Sample-Shop", "--json");
        Assert.True(client.ExitCode == 0, client.Errors.Text);

        JsonElement bySource = JsonDocument.Parse(client.Output.Text).RootElement.GetProperty("end").GetProperty("scrubbedBy").GetProperty("DebugRelay-Sample-Shop");
        Assert.True(bySource.GetProperty("email").GetInt64() > 0);
        string entries = string.Concat(Directory.GetFiles(host.OnlyRecording(), "*.ndjson").Order().Select(File.ReadAllText));
        Assert.Contains("\"scrub\":\"scrub.json\"", entries, StringComparison.Ordinal);
        Assert.Contains($"\"scrubSha256\":\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(profile)))}\"", entries, StringComparison.Ordinal);
        Assert.Contains("\"scrubbedBy\":{", entries, StringComparison.Ordinal);
    }

    private async Task<byte[]> TraceAsync(string profile)
    {
        await using RelayHost host = await ProfileHost.StartAsync(profile);
        return await TraceAsync(host, "out.nettrace");
    }

    /// <summary>Traces the shop, and searches what came and what was recorded.</summary>
    private async Task<byte[]> TraceAsync(RelayHost host, string name)
    {
        string file = host.Folder.File(name);
        await using TestProcess client = await host.RunClientAsync("trace", $"{_sample.Id}", "-o", file, "--duration", "3s", "--providers", ProfileHost.Providers);
        Assert.True(client.ExitCode == 0, client.Errors.Text + client.Output.Text);
        using (var source = new EventPipeEventSource(file))
        {
            Assert.True(source.Process());
            Assert.Equal(0, source.EventsLost);
        }
        foreach (string part in Directory.EnumerateFiles(host.Recordings, "*", SearchOption.AllDirectories).Append(file))
        {
            byte[] bytes = File.ReadAllBytes(part);
            Assert.All(_sample.Secrets, secret => Assert.True(LeakFinder.Find(bytes, secret.Value) is [], $"{secret.Name} ({secret.Surface}) is in {Path.GetFileName(part)}"));
        }
        return File.ReadAllBytes(file);
    }

    /// <summary>The one pseudonym that the customer of all orders has.</summary>
    private static string Customer(byte[] trace) => Assert.Single(CustomerPseudonym().Matches(Utf16(trace)).Select(m => m.Value).Distinct());

    /// <summary>The trace as text, from an even and from an odd offset.</summary>
    private static string Utf16(byte[] trace) => Encoding.Unicode.GetString(trace) + Encoding.Unicode.GetString(trace.AsSpan(1));

    [GeneratedRegex("customer:k1:[0-9a-f]{16}")]
    private static partial Regex CustomerPseudonym();
}
