using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Judges;

/// <summary>Judges all the variables that one process will have, wherever they were written: the one place where precedence is decided.</summary>
public static class EnvironmentJudge
{
    /// <summary>What the variables open.</summary>
    public static IReadOnlyList<Surface> Judge(SettingScope scope)
        => [.. RuntimeJudge.Judge(scope), .. ApplicationJudge.Judge(scope), .. NeighbourJudge.Judge(scope)];
}
