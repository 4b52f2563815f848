namespace DebugRelay.Broker.Workers;

/// <summary>What a program was started without.</summary>
/// <param name="Applied">Names of what could be applied.</param>
/// <param name="Missing">One clause each for what could not be, and why.</param>
internal sealed record LostRights(IReadOnlyList<string> Applied, IReadOnlyList<string> Missing);
