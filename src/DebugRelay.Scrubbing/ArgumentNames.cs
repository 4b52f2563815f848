namespace DebugRelay.Scrubbing;

/// <summary>The names of arguments whose values are kept: what an engineer needs to see of how a program was started, and what holds no secret.</summary>
internal static class ArgumentNames
{
    /// <summary>A number of so few digits is a port, a count or a time; a longer one may be an account or a card.</summary>
    private const int HarmlessDigits = 6;

    private static readonly HashSet<string> Allowed = new(StringComparer.OrdinalIgnoreCase)
    {
        "applicationName", "config", "configuration", "contentRoot", "culture", "environment", "framework", "host", "http_ports", "https_ports",
        "launch-profile", "level", "log-level", "loglevel", "mode", "port", "profile", "project", "region", "runtime", "settings", "urls", "verbosity",
        "webroot", "zone",
    };

    private static readonly string[] AllowedEndings = ["file", "path", "dir", "directory", "folder"];

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> AllowedSpans = Allowed.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether the value of this argument is kept (the detectors still look at it).</summary>
    public static bool Allows(ReadOnlySpan<char> name)
    {
        // A connection string keeps its shape, server and database: its detector knows it. Log levels are words.
        if (name.StartsWith("ConnectionStrings:", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Logging:", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        foreach (string ending in AllowedEndings)
        {
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return AllowedSpans.Contains(name);
    }

    /// <summary>Whether a value is too short and plain to be a secret, whatever its name.</summary>
    public static bool IsHarmlessValue(ReadOnlySpan<char> value)
        => value is "true" or "false" || (value.Length <= HarmlessDigits && !value.ContainsAnyExceptInRange('0', '9'));
}
