using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Quality;

/// <summary>What a scanner found and missed in labelled texts, by corpus and rule.</summary>
internal sealed class Score
{
    private readonly SortedDictionary<(string Corpus, string Family), int[]> _recall = [];
    private readonly SortedDictionary<(string Corpus, string Rule), int[]> _precision = [];

    /// <summary>Misses and false alarms, a line each.</summary>
    public List<string> Faults { get; } = [];

    public void Add(Case one, IReadOnlyList<Hit> hits)
    {
        foreach (var secret in one.Secrets)
        {
            var found = hits.Any(h => Meets(h, secret));
            Count(_recall, (one.Corpus, secret.Family), found);
            if (!found)
            {
                Faults.Add($"MISS\t{one.Corpus}\t{secret.Family}\t{one.Name}\t{Shown(one.Text, secret.Start)}");
            }
        }

        foreach (var hit in hits)
        {
            var isTrue = one.Secrets.Any(s => Meets(hit, s));
            if (!isTrue && one.Judged?.Contains(hit.Rule.Name) == false)
            {
                continue;
            }

            Count(_precision, (one.Corpus, hit.Rule.Name), isTrue);
            if (!isTrue)
            {
                Faults.Add($"ALARM\t{one.Corpus}\t{hit.Rule.Name}\t{one.Name}\t{Shown(one.Text, hit.Start)}");
            }
        }
    }

    public IEnumerable<string> Table() =>
    [
        "| corpus | rule | secrets | recall | findings | precision |", "|---|---|---|---|---|---|",
        .. _recall.Keys.Union(_precision.Keys).Order().Select(Row), .. _recall.Keys.Union(_precision.Keys).Select(k => k.Item2).Distinct().Order().Select(Total),
    ];

    private static bool Meets(Hit hit, Expected secret) => secret.Start < 0 || (hit.Start < secret.End && hit.End > secret.Start);

    private static void Count(SortedDictionary<(string, string), int[]> counts, (string, string) key, bool good)
    {
        if (!counts.TryGetValue(key, out var pair))
        {
            counts[key] = pair = new int[2];
        }

        pair[good ? 0 : 1]++;
    }

    private string Row((string Corpus, string Rule) key) =>
        $"| {key.Corpus} | {key.Rule} {Cells(_recall.GetValueOrDefault(key))} {Cells(_precision.GetValueOrDefault(key))} |";

    private string Total(string rule) => $"| **all** | {rule} {Cells(Sum(_recall, rule))} {Cells(Sum(_precision, rule))} |";

    private static int[] Sum(SortedDictionary<(string Corpus, string Rule), int[]> counts, string rule) =>
        [.. Enumerable.Range(0, 2).Select(i => counts.Where(c => c.Key.Rule == rule).Sum(c => c.Value[i]))];

    private static string Cells(int[]? pair) => pair is null || pair.Sum() == 0 ? "| | " : FormattableString.Invariant($"| {pair.Sum()} | {(double)pair[0] / pair.Sum():F3}");

    private static string Shown(string text, int start)
    {
        start = Math.Max(0, start - 40);
        return text[start..Math.Min(text.Length, start + 200)].Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);
    }
}
