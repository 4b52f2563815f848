using System.Collections.Frozen;

namespace DebugRelay.Scrubbing.Events;

/// <summary>
/// The runtime's own providers: their strings are names of types, methods and modules, with few exceptions, and must not be
/// mangled.
/// </summary>
internal static class RuntimeProviders
{
    private const int ExceptionThrown = 80;

    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
    [
        "Microsoft-Windows-DotNETRuntime", "Microsoft-Windows-DotNETRuntimeRundown", "Microsoft-Windows-DotNETRuntimePrivate",
        "Microsoft-Windows-DotNETRuntimeStress", "Microsoft-DotNETCore-SampleProfiler", "Microsoft-DotNETCore-EventPipe",
    ]);

    public static bool Contains(string provider) => Names.Contains(provider);

    /// <summary>Messages of exceptions are written by the application. Of an exception's fields only the first is a type name.</summary>
    public static bool HoldsFreeText(FieldFacts field) =>
        (field.EventId == ExceptionThrown && !field.IsFirst)
        || field.Name.Contains("Message", StringComparison.OrdinalIgnoreCase)
        || field.Name.Contains("Reason", StringComparison.OrdinalIgnoreCase);
}
