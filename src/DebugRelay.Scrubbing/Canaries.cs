using DebugRelay.Scrubbing.Detectors;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing;

/// <summary>
/// The self-test at the start of a session: one made-up secret of each active rule is scrubbed. Where one comes through, the session must be refused.
/// </summary>
public static class Canaries
{
    private const string Secret = "canarybird";
    private const string Source = "canary";

    /// <summary>A user's rule has little time, and on a busy host its first run may need more: the canary is then masked, but not by its rule.</summary>
    private const int Attempts = 5;

    /// <summary>Names of the rules whose canary survived; empty when all is well.</summary>
    public static IReadOnlyList<string> Survivors(ScrubProfile profile)
    {
        using var scrubber = new TextScrubber(profile);
        return [.. Survivors(scrubber, profile.Detectors.Detectors), .. OtherSurvivors(scrubber)];
    }

    internal static IReadOnlyList<string> Survivors(TextScrubber scrubber, IEnumerable<Detector> detectors) =>
        [.. detectors.Where(d => Survives(() => scrubber.Scrub(d.Canary.Text, Source), d.Canary.Secret, d.Rule, scrubber)).Select(d => d.Rule.Name)];

    /// <summary>Rules without a detector of their own: their values are found by the name or the place they stand at.</summary>
    private static IEnumerable<string> OtherSurvivors(TextScrubber scrubber)
    {
        (Rule Rule, Func<string> Scrub)[] canaries =
        [
            (Rule.Cookie, () => scrubber.Scrub($"Cookie: bird={Secret}", Source)),
            (Rule.CommandLine, () => CommandLineScrubber.Scrub($"app --bird {Secret}", scrubber)),
            (Rule.Environment, () => EnvironmentScrubber.Scrub($"BIRD={Secret}", scrubber)),
        ];
        return canaries.Where(c => scrubber.IsOn(c.Rule) && !scrubber.IsEmpty && Survives(c.Scrub, Secret, c.Rule, scrubber)).Select(c => c.Rule.Name);
    }

    /// <summary>The finding must be counted as the rule's: a canary caught by another rule says nothing about its own.</summary>
    private static bool Survives(Func<string> scrub, string secret, Rule rule, TextScrubber scrubber)
    {
        for (var i = 0; i < Attempts; i++)
        {
            var before = scrubber.CountOf(rule);
            if (scrub().Contains(secret, StringComparison.Ordinal))
            {
                return true;
            }

            if (scrubber.CountOf(rule) > before)
            {
                return false;
            }
        }

        return true;
    }
}
