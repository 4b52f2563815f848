using DebugRelay.Audit.Suppressions;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Audit;

/// <summary>A debug surface in a tree.</summary>
/// <param name="Surface">What and where.</param>
/// <param name="Snippet">The line, without its indentation, cut to 200 characters; empty where there is none.</param>
/// <param name="Fingerprint">32 hexadecimal digits that stay the same while lines move: from rule, path, the line's text and which of several alike it is.</param>
public sealed record AuditFinding(Surface Surface, string Snippet, string Fingerprint)
{
    /// <summary>Who accepts it; null where nobody does.</summary>
    public Suppression? Suppression { get; init; }
}
