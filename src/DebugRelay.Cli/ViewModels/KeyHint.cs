namespace DebugRelay.Cli.ViewModels;

/// <summary>A key that works now, and what it does.</summary>
/// <param name="Key">As keys are written here: `Enter`, `Esc`, `Up`, `Ctrl+C`, or the character itself.</param>
/// <param name="Does">One or two words.</param>
internal sealed record KeyHint(string Key, string Does);
