using DebugRelay.Scrubbing.Detectors;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing;

/// <summary>
/// The self-test at the start of a session: one made-up secret of each active rule is scrubbed. Where one comes through, the session must be refused.
/// </summary>
public static class Canaries
{
    private const string Secret = "canarybird";

    /// <summary>Names of the rules whose canary survived; empty when all is well.</summary>
    public static IReadOnlyList<string> Survivors(ScrubProfile profile)
    {
        var scrubber = new TextScrubber(profile);
        return [.. Survivors(scrubber, profile.Detectors.Detectors), .. OtherSurvivors(scrubber)];
    }

    internal static IReadOnlyList<string> Survivors(TextScrubber scrubber, IEnumerable<Detector> detectors) =>
        [.. detectors.Where(d => Survives(scrubber.Scrub(d.Canary.Text, "canary"), d.Canary.Secret, d.Rule)).Select(d => d.Rule.Name)];

    /// <summary>Rules without a detector of their own: their values are found by the name or the place they stand at.</summary>
    private static IEnumerable<string> OtherSurvivors(TextScrubber scrubber)
    {
        (Rule Rule, Func<string> Scrub)[] canaries =
        [
            (Rule.Cookie, () => scrubber.Scrub($"Cookie: bird={Secret}", "canary")),
            (Rule.CommandLine, () => CommandLineScrubber.Scrub($"app --bird {Secret}", scrubber)),
            (Rule.Environment, () => EnvironmentScrubber.Scrub($"BIRD={Secret}", scrubber)),
        ];
        return canaries.Where(c => scrubber.IsOn(c.Rule) && !scrubber.IsEmpty && Survives(c.Scrub(), Secret, c.Rule)).Select(c => c.Rule.Name);
    }

    /// <summary>The mask must be that of the rule: a canary caught by another rule says nothing about its own.</summary>
    private static bool Survives(string scrubbed, string secret, Rule rule) =>
        scrubbed.Contains(secret, StringComparison.Ordinal) || !scrubbed.Contains(rule.Mask, StringComparison.Ordinal);
}
