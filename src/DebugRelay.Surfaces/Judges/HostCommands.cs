using System.Text.RegularExpressions;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Judges;

/// <summary>Commands that open a host, a container or a cloud service from outside.</summary>
internal static partial class HostCommands
{
    public static IEnumerable<Surface> Judge(CommandLine line)
        => [.. Kernel(line), .. ContainerJudge.JudgeRun(line), .. Deployments(line), .. Clouds(line)];

    private static IEnumerable<Surface> Kernel(CommandLine line)
    {
        int ulimit = line.IndexOf("ulimit");
        if (ulimit >= 0 && line.Words.Skip(ulimit).Any(w => w.StartsWith('-') && w.Contains('c', StringComparison.Ordinal)) && line.Has("unlimited"))
            yield return Surface.Of("DBG121", line.Place, "core dumps are unlimited");
        foreach (string word in line.Words.Where(_ => line.IndexOf("sysctl") >= 0))
        {
            if (KernelJudge.JudgeAssignment(word, line.Place) is { } surface)
                yield return surface;
        }
        if (line.Mentions("/proc/sys/kernel/yama/ptrace_scope") && line.Has("0") && line.Use != CommandUse.EntryPoint)
            yield return Surface.Of("DBG121", line.Place, "ptrace_scope is set to 0");
    }

    private static IEnumerable<Surface> Deployments(CommandLine line)
    {
        if (line.Use is not (CommandUse.Pipeline or CommandUse.Script))
            yield break;
        bool compose = line.IndexOf("docker-compose") >= 0 || (line.IndexOf("docker") is >= 0 and var docker && line.Words.Skip(docker + 1).Take(1).Contains("compose"));
        if (compose && line.Has("up") && line.ValuesOf("-f", "--file").FirstOrDefault(f => DebugFile().IsMatch(f)) is { } file)
            yield return Surface.Of("DBG414", line.Place, $"{file} is deployed");
        if (line.IndexOf("helm") >= 0 && (line.Has("upgrade") || line.Has("install")))
        {
            if (line.ValuesOf("--set", "--set-string").FirstOrDefault(s => DebugValue().IsMatch(s)) is { } set)
                yield return Surface.Of("DBG414", line.Place, $"helm sets {set}");
            if (line.ValuesOf("-f", "--values").FirstOrDefault(f => DebugFile().IsMatch(f)) is { } values)
                yield return Surface.Of("DBG414", line.Place, $"helm deploys with {values}");
        }
        if (line.IndexOf("skaffold") >= 0 && line.Has("debug"))
            yield return Surface.Of("DBG414", line.Place, "skaffold debug deploys debuggers with the services");
    }

    private static IEnumerable<Surface> Clouds(CommandLine line)
    {
        if (line.ValuesOf("--remote-debugging-enabled").Contains("true", StringComparer.OrdinalIgnoreCase))
            yield return Surface.Of("DBG419", line.Place, "remote debugging is switched on");
        if (line.Mentions("VSRemoteDebugger"))
            yield return Surface.Of("DBG419", line.Place, "the extension VSRemoteDebugger is installed");
        if (line.Has("--enable-execute-command"))
            yield return Surface.Of("DBG424", line.Place, "the task's console is enabled");
        if (line.IndexOf("az") >= 0 && line.Has("containerapp") && line.Has("exec"))
            yield return Surface.Of("DBG424", line.Place, "a command is run in a container app's console");
    }

    [GeneratedRegex(@"(^|[._/-])(debug|override|vs)([._-]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex DebugFile();

    [GeneratedRegex(@"debug[\w.\[\]-]*=(true|1)$", RegexOptions.IgnoreCase)]
    private static partial Regex DebugValue();
}
