using DebugRelay.Surfaces.Catalogue;

namespace DebugRelay.Surfaces.Findings;

/// <summary>A debug surface that was found.</summary>
/// <param name="Rule">What kind it is.</param>
/// <param name="Severity">How bad it is here, which may differ from the rule's own.</param>
/// <param name="Message">What was found, in a sentence without its full stop. Holds names and numbers, never a secret's value.</param>
/// <param name="Place">Where.</param>
public sealed record Surface(SurfaceRule Rule, Severity Severity, string Message, Place Place)
{
    /// <summary>A finding of a rule at its own severity, or another.</summary>
    /// <exception cref="KeyNotFoundException">There is no such rule.</exception>
    public static Surface Of(string rule, Place place, string message, Severity? severity = null)
    {
        SurfaceRule found = SurfaceCatalogue.Get(rule);
        return new Surface(found, severity ?? found.Severity, message, place);
    }
}
