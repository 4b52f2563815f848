using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Verbs;

/// <summary>What the relay delivers, opened by the stock tools of the manifest.</summary>
public sealed class StockToolTests
{
    [Fact]
    public async Task Dotnet_trace_reports_on_a_trace_through_the_relay()
    {
        string tool = await StockTools.PathOfAsync("dotnet-trace");
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        string file = host.Folder.File("cpu.nettrace");
        await using TestProcess client = await host.RunClientAsync("trace", $"{sample.Id}", "-o", file, "--duration", "2s", "--profile", "cpu");
        Assert.True(client.ExitCode == 0, client.Errors.Text);

        await using TestProcess report = await TestProcess.RunAsync("dotnet", [tool, "report", file, "topN", "-n", "10"]);
        Assert.True(report.ExitCode == 0, report.Output.Text + report.Errors.Text);
        Assert.Contains("Top 10 Functions", report.Output.Text, StringComparison.Ordinal);
        // Names of methods come by the rundown's strings: they went through the scrubber unharmed.
        Assert.Contains("Wait", report.Output.Text, StringComparison.Ordinal);
    }
}
