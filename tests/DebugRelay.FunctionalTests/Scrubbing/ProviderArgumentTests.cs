using System.Text;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Scrubbing;

/// <summary>What may be asked of a process by arguments of its providers.</summary>
public sealed class ProviderArgumentTests
{
    private const string Bridge = "Microsoft-Diagnostics-DiagnosticSource:0x2:5";

    [Fact]
    public async Task A_specification_on_the_profiles_list_is_delivered()
    {
        await using RelayHost host = await ProfileHost.StartAsync(ProfileHost.Profile(""));
        await using SampleProcess sample = await SampleProcess.StartAsync();
        string file = host.Folder.File("out.nettrace");

        await using TestProcess client = await host.RunClientAsync(
            "trace", $"{sample.Id}", "-o", file, "--duration", "2s", "--providers", $"{Bridge}:FilterAndPayloadSpecs=\"{ProfileHost.ListenerSpec}\"");

        Assert.True(client.ExitCode == 0, client.Errors.Text);
        string text = Encoding.Unicode.GetString(File.ReadAllBytes(file)) + Encoding.Unicode.GetString(File.ReadAllBytes(file).AsSpan(1));
        Assert.Contains("DebugRelay.Sample.Payments", text, StringComparison.Ordinal);
        Assert.Contains(sample.Harmless, harmless => text.Contains(harmless, StringComparison.Ordinal));
        Assert.Contains("[generic-secret]", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FilterAndPayloadSpecs=\"DebugRelay.Sample.Payments/Charge:Password\"")]
    [InlineData("FilterAndPayloadSpecs=\"DebugRelay.Sample.Payments/Charge:-Product;Payer;Password\\nHttpHandlerDiagnosticListener/System.Net.Http.Request:Request.Headers\"")]
    public async Task Another_is_refused_before_the_process_is_touched(string arguments)
    {
        using var sockets = new TemporaryFolder();
        using var runtime = new FakeRuntime(sockets.Path);
        await using RelayHost host = await ProfileHost.StartAsync(ProfileHost.Profile(""), sockets.Path);
        string file = host.Folder.File("out.nettrace");

        await using TestProcess client = await host.RunClientAsync(
            "trace", $"{Environment.ProcessId}", "-o", file, "--duration", "2s", "--providers", $"{Bridge}:{arguments}");

        Assert.Equal(3, client.ExitCode);
        Assert.Contains("FilterAndPayloadSpecs is not on the list", client.Errors.Text, StringComparison.Ordinal);
        Assert.False(runtime.IsAsked);
        Assert.False(File.Exists(file));
    }
}
