using DebugRelay.Audit.Suppressions;

namespace DebugRelay.Audit;

/// <summary>How to audit.</summary>
public sealed record AuditOptions
{
    /// <summary>Patterns of paths to leave out, with `*`.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>What is accepted; null for nothing.</summary>
    public Baseline? Baseline { get; init; }

    /// <summary>How far away a suppression's end may be, in days.</summary>
    public int Horizon { get; init; } = 90;

    /// <summary>Whether to report what a hardened build would have.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Today, in UTC.</summary>
    public DateOnly Today { get; init; } = DateOnly.FromDateTime(DateTime.UtcNow);
}
