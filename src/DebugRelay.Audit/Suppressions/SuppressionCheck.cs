using System.Globalization;
using System.IO.Enumeration;
using DebugRelay.Surfaces.Catalogue;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Audit.Suppressions;

/// <summary>Holds findings against suppressions: what is accepted, and which suppressions are findings themselves.</summary>
internal sealed class SuppressionCheck(IReadOnlyList<Suppression> suppressions, DateOnly today, int horizon)
{
    /// <summary>An end that is this near is noted, in days.</summary>
    private const int Soon = 14;

    private readonly HashSet<Suppression> _used = new(ReferenceEqualityComparer.Instance);

    /// <summary>The suppression that accepts a finding; null where none does.</summary>
    public Suppression? Find(Surface surface, string fingerprint)
    {
        Suppression? holds = null;
        foreach (Suppression suppression in suppressions.Where(s => Matches(s, surface, fingerprint)))
        {
            _used.Add(suppression);
            if (suppression.Fault(today, horizon) is null && suppression.Expires >= today)
                holds ??= suppression;
        }
        return holds;
    }

    /// <summary>What is wrong with the suppressions, when all findings have been held against them.</summary>
    /// <param name="isWhole">Whether everything was looked at, so that one which matches nothing is stale.</param>
    public IEnumerable<Surface> Faults(Func<Suppression, bool> isWhole)
    {
        foreach (Suppression suppression in suppressions)
        {
            string what = $"the suppression of {suppression.Rule} in {suppression.Path}";
            string end = suppression.Expires?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
            if (suppression.Fault(today, horizon) is { } fault)
                yield return Surface.Of("DBG002", suppression.Place, $"{what} does not hold: {fault}");
            else if (suppression.Expires < today)
                yield return Surface.Of("DBG001", suppression.Place, $"{what} ended on {end} (owner {suppression.Owner})");
            else if (suppression.Expires < today.AddDays(Soon))
                yield return Surface.Of("DBG001", suppression.Place, $"{what} ends on {end} (owner {suppression.Owner})", Severity.Note);
            if (!_used.Contains(suppression) && isWhole(suppression))
                yield return Surface.Of("DBG003", suppression.Place, $"{what} matches nothing");
        }
    }

    private static bool Matches(Suppression suppression, Surface surface, string fingerprint)
    {
        if (suppression.Rule != surface.Rule.Id)
            return false;
        if (suppression.Line > 0)
            return suppression.Path == surface.Place.Path && surface.Place.Line - suppression.Line is 0 or 1;
        return FileSystemName.MatchesSimpleExpression(suppression.Path, surface.Place.Path, ignoreCase: false) && (suppression.Fingerprint is null || suppression.Fingerprint == fingerprint);
    }
}
