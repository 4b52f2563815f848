using System.Collections.Frozen;

namespace DebugRelay.Surfaces.Catalogue;

/// <summary>Every rule there is, by id. Findings, explanations and the documentation come from this one table.</summary>
public static class SurfaceCatalogue
{
    private static readonly FrozenDictionary<string, SurfaceRule> ById = Collect().ToFrozenDictionary(r => r.Id, StringComparer.Ordinal);

    /// <summary>All rules, by id.</summary>
    public static IReadOnlyList<SurfaceRule> All { get; } = [.. Collect().OrderBy(r => r.Id, StringComparer.Ordinal)];

    /// <summary>The rule of an id, in any case; null where there is none.</summary>
    public static SurfaceRule? Find(string id) => ById.GetValueOrDefault(id.ToUpperInvariant());

    /// <summary>The rule of an id that is known to exist.</summary>
    /// <exception cref="KeyNotFoundException">There is no such rule.</exception>
    public static SurfaceRule Get(string id) => ById[id];

    private static IEnumerable<SurfaceRule> Collect()
        => [.. AuditRules.All, .. RuntimeRules.All, .. FrameworkRules.All, .. ArtefactRules.All, .. PlatformRules.All, .. OtherRuntimeRules.All];
}
