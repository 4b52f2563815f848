namespace DebugRelay.Surfaces.Findings;

/// <summary>Where something stands.</summary>
/// <param name="Path">The file, with `/` between folders, relative to what was looked through; for a process its id.</param>
/// <param name="Line">From 1; 1 also where no line is known.</param>
public sealed record Place(string Path, int Line = 1);
