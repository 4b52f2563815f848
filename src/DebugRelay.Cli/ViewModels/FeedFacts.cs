namespace DebugRelay.Cli.ViewModels;

/// <summary>A line that a process logged.</summary>
/// <param name="Time">UTC.</param>
/// <param name="Level">0 trace, 1 debug, 2 information, 3 warning, 4 error, 5 critical.</param>
/// <param name="Category">The logger's name.</param>
/// <param name="Message">The text, scrubbed.</param>
internal sealed record LogRecord(DateTime Time, int Level, string Category, string Message);

/// <summary>An exception that a process threw.</summary>
/// <param name="Time">UTC.</param>
/// <param name="Type">Its full name.</param>
/// <param name="Message">Scrubbed.</param>
/// <param name="TopFrame">Where it was thrown; empty where that is not known.</param>
internal sealed record ThrownException(DateTime Time, string Type, string Message, string TopFrame);

/// <summary>Threads that are doing the same.</summary>
/// <param name="Threads">How many.</param>
/// <param name="Frames">The innermost first.</param>
internal sealed record StackGroup(int Threads, IReadOnlyList<string> Frames);

/// <summary>How far a dump is.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Bytes">That have come.</param>
/// <param name="Whole">Of how many; null where that is not known.</param>
internal sealed record DumpStatus(string Stage, long Bytes, long? Whole);

/// <summary>A finished dump.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Notes">What was masked and verified, a line each.</param>
internal sealed record DumpOutcome(string Path, long Bytes, IReadOnlyList<string> Notes);
