using System.Collections.Frozen;
using System.Globalization;

namespace DebugRelay.NetTrace;

/// <summary>
/// Layouts of events whose metadata does not tell them, by provider, id and version: the runtime's own providers, and a managed one whose
/// metadata older runtimes could not express. See <see cref="RuntimeLayouts"/> for the notation.
/// </summary>
internal static class KnownLayouts
{
    private const string DiagnosticSourceArguments = "s:SourceName s:EventName c2 Arguments[s:Key s:Value]";

    private static readonly FrozenSet<string> DiagnosticSourceEvents = FrozenSet.ToFrozenSet(
    [
        "Event", "Activity1Start", "Activity1Stop", "Activity2Start", "Activity2Stop", "RecursiveActivity1Start", "RecursiveActivity1Stop",
    ]);

    private static readonly FrozenDictionary<string, FrozenDictionary<(int Id, int Version), string>> Providers =
        new Dictionary<string, FrozenDictionary<(int Id, int Version), string>>
        {
            ["Microsoft-Windows-DotNETRuntime"] = ReadTable(RuntimeLayouts.Runtime),
            ["Microsoft-Windows-DotNETRuntimeRundown"] = ReadTable(RundownLayouts.Rundown),
            ["Microsoft-DotNETCore-SampleProfiler"] = ReadTable(RundownLayouts.SampleProfiler),
        }.ToFrozenDictionary();

    /// <summary>The layout for pointers of that size; null where none is known.</summary>
    public static PayloadLayout? Find(EventIdentity identity, int pointerSize)
    {
        if (identity.Provider == "Microsoft-Diagnostics-DiagnosticSource" && DiagnosticSourceEvents.Contains(identity.Name))
            return LayoutNotation.Read(DiagnosticSourceArguments, pointerSize);
        return Providers.TryGetValue(identity.Provider, out var events) && events.TryGetValue((identity.EventId, identity.Version), out var notation)
            ? LayoutNotation.Read(notation, pointerSize)
            : null;
    }

    /// <summary>The events of a provider whose layouts are known, for tests that check the table itself.</summary>
    internal static IEnumerable<(int Id, int Version)> EventsOf(string provider) => Providers[provider].Keys;

    private static (string Before, string After) CutAt(string text, char mark)
        => text.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, "");

    private static FrozenDictionary<(int Id, int Version), string> ReadTable(string table)
    {
        var layouts = new Dictionary<(int Id, int Version), string>();
        const StringSplitOptions Tidy = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (var line in table.Replace("\\\n", "", StringComparison.Ordinal).Split('\n', Tidy))
        {
            var (key, notation) = CutAt(line, ' ');
            var (id, version) = CutAt(key, '/');
            layouts.Add((int.Parse(id, CultureInfo.InvariantCulture), int.Parse(version, CultureInfo.InvariantCulture)), notation);
        }
        return layouts.ToFrozenDictionary();
    }
}
