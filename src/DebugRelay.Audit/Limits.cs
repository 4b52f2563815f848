namespace DebugRelay.Audit;

/// <summary>What a tree that somebody else wrote can make the audit take.</summary>
internal static class Limits
{
    /// <summary>Longest file of text, in bytes. Longer ones are generated, and are named as not read.</summary>
    public const long TextBytes = 8 * 1024 * 1024;

    /// <summary>Longest assembly, in bytes: single-file programs carry a runtime of 70 MB.</summary>
    public const long AssemblyBytes = 512L * 1024 * 1024;

    /// <summary>Deepest nesting of JSON and YAML.</summary>
    public const int Depth = 64;

    /// <summary>Most aliases that YAML may use: each may repeat a tree.</summary>
    public const int YamlNodes = 200_000;

    /// <summary>Most files: a tree with more is not one that somebody meant.</summary>
    public const int Files = 2_000_000;

    /// <summary>Longest text of a line that is shown.</summary>
    public const int Snippet = 200;
}
