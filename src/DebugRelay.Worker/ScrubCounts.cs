using DebugRelay.Protocol;
using DebugRelay.Scrubbing;

namespace DebugRelay.Worker;

/// <summary>A report's counts as an operation's end carries them.</summary>
internal static class ScrubCounts
{
    /// <summary>Names of sources come from the target and must not fill the frame, beside the rules of the largest profile: the rest is counted under one name.</summary>
    private const int SourcesBytes = Limits.ControlPayload / 4;

    private const int MostBytesOfCharacter = 6;
    private const int BytesOfCount = 32;
    private const string Others = "(others)";

    /// <summary>By rule.</summary>
    public static SortedDictionary<string, long> Rules(ScrubReport report) => new(report.Rules.ToDictionary(), StringComparer.Ordinal);

    /// <summary>By source and rule, those with most findings first until the frame is full.</summary>
    public static SortedDictionary<string, SortedDictionary<string, long>>? Sources(ScrubReport report)
    {
        var sources = new SortedDictionary<string, SortedDictionary<string, long>>(StringComparer.Ordinal);
        int left = SourcesBytes;
        foreach ((string source, IReadOnlyDictionary<string, long> rules) in report.Providers.OrderByDescending(p => p.Value.Values.Sum()))
        {
            left -= SizeOf(source) + rules.Keys.Sum(SizeOf);
            string name = left > 0 ? source : Others;
            if (!sources.TryGetValue(name, out SortedDictionary<string, long>? counts))
                sources[name] = counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
            foreach ((string rule, long count) in rules)
                counts[rule] = counts.GetValueOrDefault(rule) + count;
        }
        return sources.Count == 0 ? null : sources;
    }

    private static int SizeOf(string name) => (name.Length * MostBytesOfCharacter) + BytesOfCount;
}
