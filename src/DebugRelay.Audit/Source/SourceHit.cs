using DebugRelay.Surfaces.Catalogue;
using Microsoft.CodeAnalysis;

namespace DebugRelay.Audit.Source;

/// <summary>Code that opens something, before it is known whether it is guarded.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Node">Where.</param>
/// <param name="Message">What.</param>
internal sealed record SourceHit(string Rule, SyntaxNode Node, string Message)
{
    /// <summary>Another severity than the rule's.</summary>
    public Severity? Severity { get; init; }

    /// <summary>Whether a guard makes it harmless.</summary>
    public bool IsGuardable { get; init; } = true;
}
