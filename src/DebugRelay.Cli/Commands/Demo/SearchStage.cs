namespace DebugRelay.Cli.Commands.Demo;

/// <summary>The sample's secrets are searched for where they were, and where they must not be.</summary>
internal static class SearchStage
{
    public static void Run(Narrator narrator, DemoFolder folder, SampleSecrets secrets, TraceStage.Outcome trace)
    {
        narrator.Chapter($"The {secrets.Secrets.Length} secrets, searched for as text, base64 and percent-encoding in UTF-8 and UTF-16");
        int direct = LeakSearch.Find(trace.Direct, secrets.Secrets).Count;
        narrator.Check("straight from the process", direct > 0, $"{direct} found: the search works", "none found: then this search shows nothing");
        Clean(narrator, "the trace", LeakSearch.Find(trace.Relayed, secrets.Secrets));
        foreach ((string name, IReadOnlyList<SampleSecret> found) in InFiles(folder.Recordings, secrets))
            Clean(narrator, name, found);

        string[] lost = [.. secrets.Harmless.Where(text => LeakSearch.Contains(trace.Direct, text) && !LeakSearch.Contains(trace.Relayed, text))];
        narrator.Check("harmless texts", lost.Length == 0, "all still there", $"masked without need: {string.Join(", ", lost)}");
    }

    private static void Clean(Narrator narrator, string where, IReadOnlyList<SampleSecret> found)
        => narrator.Check(where, found.Count == 0, "none found", $"FOUND {string.Join(", ", found.Select(secret => $"{secret.Name} ({secret.Surface})"))}");

    private static IEnumerable<(string Name, IReadOnlyList<SampleSecret> Found)> InFiles(string folder, SampleSecrets secrets)
    {
        string[] files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        IReadOnlyList<SampleSecret>[] found = [.. files.Select(file => LeakSearch.Find(File.ReadAllBytes(file), secrets.Secrets))];
        SampleSecret[] all = [.. found.SelectMany(each => each).Distinct()];
        yield return ($"the recording, {files.Length} files", all);
    }
}
