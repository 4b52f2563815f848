namespace DebugRelay.Surfaces.Findings;

/// <summary>All the settings that one process will have: an image's final stage, a container, a unit, a running process.</summary>
/// <param name="Settings">In the order in which they are applied: of two with one name the later holds.</param>
/// <param name="Place">Where the scope as a whole stands.</param>
public sealed record SettingScope(IReadOnlyList<Setting> Settings, Place Place)
{
    /// <summary>Whether .NET is known to run there.</summary>
    public bool IsDotNet { get; init; }

    /// <summary>Whether it is what runs in production, and not a script that somebody may run.</summary>
    public bool IsDeployed { get; init; } = true;

    /// <summary>Whether names differ by their case, as everywhere but on Windows.</summary>
    public bool IsCaseSensitive { get; init; } = true;

    /// <summary>The setting that holds for a name; null where there is none.</summary>
    public Setting? Find(string name)
    {
        StringComparison comparison = IsCaseSensitive ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        return Settings.LastOrDefault(s => s.Name.Equals(name, comparison));
    }

    /// <summary>The setting that holds for a key of .NET's configuration, which knows no case; null where there is none.</summary>
    public Setting? FindKey(string key)
        => Settings.LastOrDefault(s => s.ConfigurationKey.Equals(key, StringComparison.OrdinalIgnoreCase));
}
