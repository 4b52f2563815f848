namespace DebugRelay.Cli.Commands.Recordings;

/// <summary>One thing that happened: an entry of the recording, or an event of what was delivered.</summary>
/// <param name="Time">When, UTC.</param>
/// <param name="Text">What, one line.</param>
internal sealed record ReplayLine(DateTime Time, string Text);
