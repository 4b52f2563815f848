namespace DebugRelay.Cli.Commands.Demo;

/// <summary>The same event, as the process wrote it and as the relay delivered it.</summary>
/// <param name="Before">Read directly from the process.</param>
/// <param name="After">From the trace that came through the relay.</param>
internal sealed record BeforeAndAfter(TracedEvent Before, TracedEvent After)
{
    private const int MaxPairs = 4;

    // Two sessions of the runtime stamp one event within microseconds, but each counts from a start that is known to the millisecond.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(5);

    /// <summary>Fields with their values on both sides; a field that the relay left out has none there.</summary>
    public IEnumerable<(string Name, string Before, string After)> Fields
        => Before.Fields.Select((each, index) => (each.Name, each.Value, index < After.Fields.Count ? After.Fields[index].Value : ""));

    private int Changes => Fields.Count(each => each.Before != each.After);

    /// <summary>A few pairs in which something was masked, each of another kind of event; those with most to show come first.</summary>
    public static IReadOnlyList<BeforeAndAfter> Sample(IReadOnlyList<TracedEvent> before, IReadOnlyList<TracedEvent> after)
    {
        ILookup<(string, string), TracedEvent> delivered = after.ToLookup(KindOf);
        return [.. before
            .DistinctBy(candidate => (KindOf(candidate), Shape(candidate)))
            .Select(candidate => Closest(candidate, delivered[KindOf(candidate)]))
            .OfType<BeforeAndAfter>()
            .Where(pair => pair.Changes > 0)
            .OrderByDescending(pair => pair.Changes)
            .DistinctBy(pair => KindOf(pair.Before))
            .Take(MaxPairs)];
    }

    private static BeforeAndAfter? Closest(TracedEvent before, IEnumerable<TracedEvent> delivered)
    {
        TracedEvent? after = delivered.MinBy(candidate => (candidate.Time - before.Time).Duration());
        return after is not null && (after.Time - before.Time).Duration() <= Tolerance ? new BeforeAndAfter(before, after) : null;
    }

    private static (string, string) KindOf(TracedEvent traced) => (traced.Provider, traced.Name);

    // Logs are all one kind of event: their messages tell them apart.
    private static string Shape(TracedEvent traced) => string.Join('|', traced.Fields.Select(field => field.Value.Split(' ')[0]));
}
