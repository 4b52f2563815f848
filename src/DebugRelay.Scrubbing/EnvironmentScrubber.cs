using DebugRelay.Scrubbing.Detectors;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing;

/// <summary>
/// Masks the values of environment variables but for those whose name is known to be harmless, and what the detectors find in the rest. Names stay,
/// unless a detector finds something in them.
/// </summary>
public static class EnvironmentScrubber
{
    private const string Source = "environment";

    /// <summary>The variables in their order, their values masked.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Scrub(IEnumerable<KeyValuePair<string, string>> variables, TextScrubber scrubber) =>
        [.. variables.Select(v => KeyValuePair.Create(scrubber.Scrub(v.Key, Source), Value(v.Key, v.Value, scrubber)))];

    /// <summary>One variable as <c>NAME=VALUE</c>; a text without an equals sign is searched like any text.</summary>
    public static string Scrub(string variable, TextScrubber scrubber)
    {
        // On Windows, names may begin with an equals sign: =C:=C:\.
        var sign = variable.Length == 0 ? -1 : variable.IndexOf('=', 1);
        return sign < 0
            ? scrubber.Scrub(variable, Source)
            : $"{scrubber.Scrub(variable[..sign], Source)}={Value(variable[..sign], variable[(sign + 1)..], scrubber)}";
    }

    private static string Value(string name, string value, TextScrubber scrubber)
    {
        if (RuleOf(name, value, scrubber.Lists) is not { } rule || !scrubber.IsOn(rule))
        {
            return scrubber.Scrub(value, Source);
        }

        return scrubber.ReplaceAll(value, rule, Source).ToString();
    }

    private static Rule? RuleOf(string name, string value, AllowLists lists)
    {
        if (HarmlessValues.Has(value) || Placeholders.Is(value))
        {
            return SecretKeys.Classify(name) is { } secret && !Placeholders.Is(value) ? secret : null;
        }

        // A path is no secret, though its name is short for password elsewhere.
        if (SecretValue.IsWorkingDirectory(name, value))
        {
            return null;
        }

        return SecretKeys.Classify(name) ?? (lists.Variables.Has(name) ? null : Rule.Environment);
    }
}
