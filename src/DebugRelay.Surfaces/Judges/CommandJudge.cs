using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Judges;

/// <summary>Judges command lines: of containers and processes, of image builds, pipelines and scripts.</summary>
public static class CommandJudge
{
    /// <summary>What a command line opens.</summary>
    public static IReadOnlyList<Surface> Judge(CommandLine line) => line.Words.Count == 0
        ? []
        : [.. DotNetCommands.Judge(line), .. DebuggerCommands.Judge(line), .. ImageCommands.Judge(line), .. MonitorCommands.Judge(line), .. HostCommands.Judge(line)];
}
