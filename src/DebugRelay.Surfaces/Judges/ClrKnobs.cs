using System.Collections.Frozen;
using System.Globalization;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Judges;

/// <summary>The runtime's own switches among the variables of a scope: exact names, hexadecimal values, `DOTNET_` before `COMPlus_`.</summary>
/// <remarks>Measured on .NET 10 on Linux; on Windows names know no case.</remarks>
internal static class ClrKnobs
{
    private static readonly string[] Prefixes = ["DOTNET_", "COMPlus_"];

    /// <summary>Knobs that are written to be safe: with a wrong name or value they keep nobody out.</summary>
    private static readonly FrozenSet<string> Protective = new[]
    {
        "EnableDiagnostics", "EnableDiagnostics_IPC", "EnableDiagnostics_Debugger", "EnableDiagnostics_Profiler",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether it takes part in keeping the doors shut.</summary>
    public static bool IsProtective(string knob) => Protective.Contains(knob);

    /// <summary>The knob that a variable's name would mean if case did not matter; null where it has neither prefix.</summary>
    public static string? KnobOf(string name)
        => Prefixes.FirstOrDefault(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase)) is { } prefix ? name[prefix.Length..] : null;

    /// <summary>What the runtime takes for a knob; null where it takes its default.</summary>
    public static Setting? Find(SettingScope scope, string knob)
        => Prefixes.Select(p => scope.Find(p + knob)).FirstOrDefault(s => s is not null);

    /// <summary>What the runtime reads a value as; null where it is no hexadecimal number, which counts as not set.</summary>
    public static uint? Number(Setting setting)
    {
        string value = setting.Value.Trim().Trim('"', '\'');
        if (value.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            value = value[2..];
        return uint.TryParse(value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint number) ? number : null;
    }

    /// <summary>The setting that turns a knob on; null where it is off or unset.</summary>
    public static Setting? On(SettingScope scope, string knob)
        => Find(scope, knob) is { IsLiteral: true } setting && Number(setting) is > 0 ? setting : null;

    /// <summary>Whether a knob is turned off, and not only left at its default.</summary>
    public static bool IsOff(SettingScope scope, string knob)
        => Find(scope, knob) is { } setting && Number(setting) == 0;
}
