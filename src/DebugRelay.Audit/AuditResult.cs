using DebugRelay.Surfaces.Catalogue;

namespace DebugRelay.Audit;

/// <summary>What an audit found.</summary>
/// <param name="Root">What was audited, as a full path.</param>
/// <param name="Findings">By path, line and rule; the accepted ones too.</param>
/// <param name="Files">How many files were in the tree.</param>
/// <param name="Judged">How many of them were of a kind that is judged.</param>
public sealed record AuditResult(string Root, IReadOnlyList<AuditFinding> Findings, int Files, int Judged)
{
    /// <summary>The findings that nobody accepts.</summary>
    public IEnumerable<AuditFinding> Open => Findings.Where(f => f.Suppression is null);

    /// <summary>Whether something could not be read.</summary>
    public bool IsIncomplete => Open.Any(f => f.Surface.Rule.Id == "DBG004");

    /// <summary>Whether something at or above a severity is open.</summary>
    public bool Fails(Severity at) => Open.Any(f => f.Surface.Severity >= at);
}
