using System.Globalization;

namespace DebugRelay.Surfaces.Catalogue;

/// <summary>One kind of debug surface: what it is, why it matters, and what to do about it.</summary>
/// <param name="Id">`DBG110`. Stable: suppressions and dashboards go by it.</param>
/// <param name="Severity">How bad it usually is; a finding may be judged higher or lower by its circumstances.</param>
/// <param name="Title">One line.</param>
/// <param name="Why">What somebody can do with it, and what is easily taken for it.</param>
/// <param name="Fix">What to do instead.</param>
/// <param name="Cwe">The number in the Common Weakness Enumeration.</param>
public sealed record SurfaceRule(string Id, Severity Severity, string Title, string Why, string Fix, int Cwe)
{
    /// <summary>`CWE-489`.</summary>
    public string CweId => string.Create(CultureInfo.InvariantCulture, $"CWE-{Cwe}");
}
