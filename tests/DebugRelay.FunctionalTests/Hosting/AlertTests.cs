using System.Runtime.CompilerServices;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Hosting;

/// <summary>The alerts that ship, judged by Prometheus' own tool.</summary>
public sealed class AlertTests
{
    [Fact]
    public async Task Prometheus_takes_the_alerts_and_they_fire_when_they_should()
    {
        string? promtool = PromTool();
        Assert.SkipWhen(promtool is null, "promtool is not here (Debian: prometheus; tests/install-promtool.sh)");
        foreach (string[] arguments in (string[][])[["check", "rules", Packaged("debugrelay.rules.yml")], ["test", "rules", Packaged("debugrelay.rules.test.yml")]])
        {
            await using TestProcess tool = await TestProcess.RunAsync(promtool!, arguments);
            Assert.True(tool.ExitCode == 0, tool.Output.Text + tool.Errors.Text);
        }
    }

    private static string? PromTool([CallerFilePath] string here = "")
        => new[] { Path.Combine(Root(here), "artifacts", "promtool", "usr", "bin", "promtool"), "/usr/bin/promtool" }.FirstOrDefault(File.Exists);

    private static string Packaged(string name, [CallerFilePath] string here = "") => Path.Combine(Root(here), "packaging", "prometheus", name);

    private static string Root(string here) => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
