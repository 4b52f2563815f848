using System.Runtime.CompilerServices;
using DebugRelay.NetTrace;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

/// <summary>The stock tool of the manifest, which is not ours, over a trace that was cut into on purpose.</summary>
public sealed class StockToolTests(SampleTraces sample) : IClassFixture<SampleTraces>
{
    private const string SampleProfiler = "Microsoft-DotNETCore-SampleProfiler";

    [Fact]
    public async Task Dotnet_trace_takes_dropped_and_replaced_events_for_no_loss()
    {
        var root = Path.GetDirectoryName(Path.GetDirectoryName(Manifest()))!;
        await using var restore = await TestProcess.RunAsync("dotnet", ["tool", "restore", "--tool-manifest", Manifest()], limit: TimeSpan.FromMinutes(2));
        Assert.SkipWhen(restore.ExitCode != 0, "dotnet-trace cannot be installed here");
        var trace = await sample.UntilAsync(
            [SampleProfiler], true, SampleTraces.Provider(SampleProfiler), SampleTraces.Provider("Microsoft-Extensions-Logging"));
        var count = 0;
        var (rewritten, summary) = await Rewriting.RunAsync(trace, new Filter(
            type => type.Provider.EndsWith("Rundown", StringComparison.Ordinal) ? EventAction.Keep : EventAction.Visit,
            (type, ref fields) =>
            {
                for (var i = 0; i < fields.Count; i++) fields.Replace(i, "[masked]");
                return count++ % 3 == 0 ? EventAction.Drop : EventAction.Keep;
            }));
        Assert.True(summary.Counts.Dropped[DropReason.Filter] > 0);
        Assert.Equal(0, TraceReading.Of(rewritten).EventsLost);

        using var folder = new TemporaryFolder();
        var file = folder.File("dropped.nettrace");
        await File.WriteAllBytesAsync(file, rewritten, TestContext.Current.CancellationToken);
        foreach (string[] arguments in new string[][] { ["report", file, "topN", "-n", "5"], ["convert", file, "--format", "Speedscope"] })
        {
            await using var tool = TestProcess.Start("dotnet", ["tool", "run", "dotnet-trace", .. arguments], workingDirectory: root);
            Assert.True(await tool.WaitForExitAsync() == 0, tool.Output.Text + tool.Errors.Text);
            Assert.DoesNotContain("lost", tool.Output.Text + tool.Errors.Text, StringComparison.OrdinalIgnoreCase);
        }
        Assert.True(new FileInfo(folder.File("dropped.speedscope.json")).Length > 1_000);
    }

    private static string Manifest([CallerFilePath] string here = "")
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", ".config", "dotnet-tools.json"));
}
