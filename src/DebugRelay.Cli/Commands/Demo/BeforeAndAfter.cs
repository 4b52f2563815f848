namespace DebugRelay.Cli.Commands.Demo;

/// <summary>The same event, as the process wrote it and as the relay delivered it.</summary>
/// <param name="Before">Read directly from the process.</param>
/// <param name="Masked">Names and values of the fields in which something was masked.</param>
/// <param name="Same">Names and texts of fields that came through as they were.</param>
internal sealed record BeforeAndAfter(
    TracedEvent Before, IReadOnlyList<(string Name, string Before, string After)> Masked, IReadOnlyList<(string Name, string Text)> Same)
{
    private const int MaxPairs = 5;

    // Two sessions of the runtime stamp one event within microseconds, but each counts from a start that is known to the millisecond.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(5);

    /// <summary>A few pairs in which something was masked: the best of each provider first, then others, each of another kind of event.</summary>
    /// <param name="before">Events as the process wrote them.</param>
    /// <param name="after">Events as they were delivered.</param>
    /// <param name="masks">What stands in the place of masked values.</param>
    public static IReadOnlyList<BeforeAndAfter> Sample(IReadOnlyList<TracedEvent> before, IReadOnlyList<TracedEvent> after, IReadOnlyList<string> masks)
    {
        ILookup<(string, string), TracedEvent> delivered = after.ToLookup(KindOf);
        BeforeAndAfter[] best = [.. before
            .SelectMany(written => delivered[KindOf(written)].Where(candidate => IsClose(written, candidate)).Select(candidate => Pair(written, candidate, masks)))
            .OfType<BeforeAndAfter>()
            .OrderByDescending(pair => pair.Masked.Count)
            .DistinctBy(pair => KindOf(pair.Before))];
        return [.. best.DistinctBy(pair => pair.Before.Provider).Concat(best).Distinct().Take(MaxPairs).OrderBy(pair => pair.Before.Provider, StringComparer.Ordinal)];
    }

    /// <summary>They are the same event only if they are equal in everything but masks.</summary>
    private static BeforeAndAfter? Pair(TracedEvent before, TracedEvent after, IReadOnlyList<string> masks)
    {
        var masked = new List<(string, string, string)>();
        var same = new List<(string, string)>();
        if (before.Fields.Count != after.Fields.Count)
            return null;
        foreach (((string name, string was), (_, string isNow)) in before.Fields.Zip(after.Fields))
        {
            if (was == isNow)
                same.Add((name, was));
            else if (masks.Any(mask => isNow.Contains(mask, StringComparison.Ordinal)))
                masked.Add((name, was, isNow));
            else
                return null;
        }
        return masked.Count > 0 ? new BeforeAndAfter(before, masked, same) : null;
    }

    private static bool IsClose(TracedEvent before, TracedEvent after)
        => before.Thread == after.Thread && (after.Time - before.Time).Duration() <= Tolerance;

    private static (string, string) KindOf(TracedEvent traced) => (traced.Provider, traced.Name);
}
