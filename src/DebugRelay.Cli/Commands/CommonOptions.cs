using System.CommandLine;

namespace DebugRelay.Cli.Commands;

/// <summary>Options that several commands have, each written once.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Write JSON for programs" };

    public static Option<bool> Force() => new("--force") { Description = "Overwrite the file if it exists" };

    public static Argument<string> Target() => new("TARGET") { Description = "The process: its pid or its name" };

    public static Option<string> Duration(string description)
        => new("--duration") { HelpName = "TIME", Description = $"{description} ({Text.Durations.Form})" };
}
