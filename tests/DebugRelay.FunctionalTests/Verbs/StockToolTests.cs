using System.Runtime.CompilerServices;
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
        await using TestProcess restore = await TestProcess.RunAsync("dotnet", ["tool", "restore", "--tool-manifest", Manifest()], limit: TimeSpan.FromMinutes(2));
        Assert.True(restore.ExitCode == 0, restore.Output.Text + restore.Errors.Text);
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        string file = host.Folder.File("cpu.nettrace");
        await using TestProcess client = await host.RunClientAsync("trace", $"{sample.Id}", "-o", file, "--duration", "2s", "--profile", "cpu");
        Assert.True(client.ExitCode == 0, client.Errors.Text);

        await using TestProcess report = TestProcess.Start(
            "dotnet", ["tool", "run", "dotnet-trace", "report", file, "topN", "-n", "10"], workingDirectory: Path.GetDirectoryName(Path.GetDirectoryName(Manifest())));
        Assert.True(await report.WaitForExitAsync() == 0, report.Output.Text + report.Errors.Text);
        Assert.Contains("Top 10 Functions", report.Output.Text, StringComparison.Ordinal);
        // Names of methods come by the rundown's strings: they went through the scrubber unharmed.
        Assert.Contains("Wait", report.Output.Text, StringComparison.Ordinal);
    }

    private static string Manifest([CallerFilePath] string here = "")
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", ".config", "dotnet-tools.json"));
}
