using DebugRelay.Perf.Rewriter;

namespace DebugRelay.Perf.Scrubbing;

/// <summary>Records what the comparisons measure into files, so that two versions of the code can be measured on the same bytes.</summary>
internal static class RecordedFiles
{
    public static async Task WriteAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await OrdinaryTraces.RecordAsync(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, "burst.nettrace"), await RecordedTrace.BurstAsync());
        await File.WriteAllBytesAsync(Path.Combine(folder, "mixed.nettrace"), await RecordedTrace.MixedAsync());
        foreach (var (kind, _, _) in Texts.Kinds)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{kind}.nettrace"), await Children.RecordAsync(kind, ScrubComparison.Events));
        }
    }
}
