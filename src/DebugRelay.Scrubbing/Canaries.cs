using DebugRelay.Scrubbing.Detectors;

namespace DebugRelay.Scrubbing;

/// <summary>
/// The self-test at the start of a session: one made-up secret of each active rule is scrubbed. Where one comes through, the session must be refused.
/// </summary>
public static class Canaries
{
    /// <summary>Names of the rules whose canary survived; empty when all is well.</summary>
    public static IReadOnlyList<string> Survivors(ScrubProfile profile) => Survivors(new TextScrubber(profile), profile.Detectors.Detectors);

    internal static IReadOnlyList<string> Survivors(TextScrubber scrubber, IEnumerable<Detector> detectors) =>
        [.. detectors.Where(d => Survives(scrubber, d)).Select(d => d.Rule.Name)];

    /// <summary>The mask must be that of the rule: a canary caught by another rule says nothing about its own.</summary>
    private static bool Survives(TextScrubber scrubber, Detector detector)
    {
        var canary = detector.Canary;
        var scrubbed = scrubber.Scrub(canary.Text, "canary");
        return scrubbed.Contains(canary.Secret, StringComparison.Ordinal) || !scrubbed.Contains(detector.Rule.Mask, StringComparison.Ordinal);
    }
}
