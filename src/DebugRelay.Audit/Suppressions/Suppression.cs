namespace DebugRelay.Audit.Suppressions;

/// <summary>A finding that somebody accepts for a while.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Path">The file, or a pattern with `*`.</param>
/// <param name="Owner">Who accepts it; null where nobody is named.</param>
/// <param name="Reason">Why; null where it is not said.</param>
/// <param name="Expires">The last day on which it holds; null where none is given.</param>
public sealed record Suppression(string Rule, string Path, string? Owner, string? Reason, DateOnly? Expires)
{
    /// <summary>The finding's fingerprint; null for every finding of the rule there.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>For a comment, its line; findings there and on the next line are meant. 0 for an entry of a baseline.</summary>
    public int Line { get; init; }

    /// <summary>Where it is written.</summary>
    public required DebugRelay.Surfaces.Findings.Place Place { get; init; }

    /// <summary>What it lacks, in words; null where it is whole.</summary>
    /// <param name="today">In UTC.</param>
    /// <param name="horizon">How far away its end may be, in days.</param>
    public string? Fault(DateOnly today, int horizon) => this switch
    {
        { Owner: null or "" } => "it names no owner",
        { Reason: null or "" } => "it gives no reason",
        { Expires: null } => "it has no end (until=YYYY-MM-DD)",
        { Expires: var end } when end > today.AddDays(horizon) => $"it ends on {end:yyyy-MM-dd}, which is more than {horizon} days away",
        _ => null,
    };
}
