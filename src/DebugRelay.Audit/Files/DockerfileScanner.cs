using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;

namespace DebugRelay.Audit.Files;

/// <summary>Dockerfiles: what the last stage holds and runs, by itself, from the stages it begins with, and from those it copies out of.</summary>
internal sealed class DockerfileScanner : IFileScanner
{
    private static readonly string[] NotOnes = [".dockerignore", ".cs", ".md", ".json", ".go", ".ts"];
    private static readonly string[] ToolRules = ["DBG301", "DBG302", "DBG304", "DBG306", "DBG315"];

    public bool Takes(string path, string name)
        => name.Equals("Dockerfile", StringComparison.OrdinalIgnoreCase) || name.Equals("Containerfile", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".dockerfile", StringComparison.OrdinalIgnoreCase) || (name.StartsWith("Dockerfile.", StringComparison.OrdinalIgnoreCase) && !NotOnes.Any(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase)));

    public void Scan(FileScan scan)
    {
        Dockerfile file = Dockerfile.Parse(scan.Text);
        if (file.Stages.Count == 0)
        {
            scan.Unreadable("has no FROM, so it is no Dockerfile");
            return;
        }
        DockerStage final = file.Stages[^1];
        DockerStage[] shipped = [.. final.Chain()];
        foreach (DockerInstruction instruction in shipped.SelectMany(s => s.Instructions))
            Judge(scan, file, instruction);
        foreach (DockerInstruction publish in file.Stages.Except(shipped).SelectMany(s => s.Instructions).Where(i => i.Name is "RUN" or "ARG"))
            JudgeBuild(scan, publish);
        JudgeImage(scan, final);
        JudgeScope(scan, final, shipped);
    }

    private static void Judge(FileScan scan, Dockerfile file, DockerInstruction instruction)
    {
        switch (instruction.Name)
        {
            case "RUN":
                scan.Add(Run(scan, instruction));
                JudgeBuild(scan, instruction);
                break;
            case "COPY" or "ADD":
                scan.Add(Copy(scan, file, instruction));
                break;
            case "EXPOSE":
                scan.Add(Expose(scan, instruction));
                break;
            case "ARG":
                JudgeBuild(scan, instruction);
                break;
        }
    }

    private static IEnumerable<Surface> Run(FileScan scan, DockerInstruction instruction)
    {
        foreach (ShellCommand command in Commands(instruction))
        {
            // Building as Debug is judged by itself, in stages that are not shipped too.
            foreach (Surface surface in CommandJudge.Judge(new CommandLine(command.Words, CommandUse.ImageBuild, scan.At(command.Line))).Where(s => s.Rule.Id != "DBG309"))
                yield return surface;
        }
    }

    private static IEnumerable<ShellCommand> Commands(DockerInstruction instruction) => instruction.Arguments.StartsWith('[')
        ? [new ShellCommand(instruction.Words(), [], instruction.Line)]
        : ShellScript.Commands(instruction.Arguments, instruction.Line);

    private static void JudgeBuild(FileScan scan, DockerInstruction instruction)
    {
        if (instruction.Name == "ARG")
        {
            if (instruction.Arguments.Replace(" ", "", StringComparison.Ordinal).Equals("BUILD_CONFIGURATION=Debug", StringComparison.OrdinalIgnoreCase))
                scan.Add("DBG309", scan.At(instruction.Line), "BUILD_CONFIGURATION is Debug unless it is given");
            return;
        }
        foreach (ShellCommand command in Commands(instruction))
            scan.Add(CommandJudge.Judge(new CommandLine(command.Words, CommandUse.ImageBuild, scan.At(command.Line))).Where(s => s.Rule.Id == "DBG309"));
    }

    /// <summary>What is copied: a tool by its name, a tool that the other stage made, or the whole source folder.</summary>
    private static IEnumerable<Surface> Copy(FileScan scan, Dockerfile file, DockerInstruction instruction)
    {
        Place place = scan.At(instruction.Line);
        string[] paths = [.. instruction.Words().Where(w => !w.StartsWith("--", StringComparison.Ordinal))];
        foreach (Surface surface in CommandJudge.Judge(new CommandLine(paths, CommandUse.ImageBuild, place)).Where(s => ToolRules.Contains(s.Rule.Id)))
            yield return surface;
        if (instruction.Flag("from") is { } from)
        {
            if (file.Find(from) is not { } stage)
                yield break;
            foreach (Surface surface in CopiedTools(scan, stage, paths.SkipLast(1)))
                yield return surface with { Place = place, Message = $"{surface.Message} (stage {stage.Name}) and copied" };
        }
        else if (paths.SkipLast(1).Any(p => p is "." or "./") && IgnoresNothing(scan))
        {
            yield return Surface.Of("DBG311", place, "the whole folder is copied, launchSettings.json and the IDE's files with it");
        }
    }

    private static IEnumerable<Surface> CopiedTools(FileScan scan, DockerStage stage, IEnumerable<string> sources)
    {
        string[] wanted = [.. sources.Select(s => s.TrimEnd('/'))];
        foreach (DockerInstruction instruction in stage.Chain().SelectMany(s => s.Instructions).Where(i => i.Name == "RUN"))
        {
            if (!wanted.Any(s => s.Length == 0 || (s.Length > 1 && instruction.Arguments.Contains(s, StringComparison.Ordinal))))
                continue;
            foreach (Surface surface in Run(scan, instruction).Where(s => ToolRules.Contains(s.Rule.Id)))
                yield return surface;
        }
    }

    private static bool IgnoresNothing(FileScan scan)
    {
        string? ignore = scan.ReadBeside(scan.Name + ".dockerignore") ?? scan.ReadBeside(".dockerignore") ?? scan.ReadBeside("../.dockerignore");
        return ignore is null || !(ignore.Contains("launchSettings", StringComparison.OrdinalIgnoreCase) || ignore.Contains(".vs", StringComparison.Ordinal) || ignore.Contains("Properties", StringComparison.Ordinal));
    }

    private static IEnumerable<Surface?> Expose(FileScan scan, DockerInstruction instruction)
    {
        foreach (string port in instruction.Words())
        {
            yield return ContainerJudge.Port(port, scan.At(instruction.Line));
            if (port.Split('/')[0] is "22" or "2222")
                yield return Surface.Of("DBG314", scan.At(instruction.Line), $"port {port} of an SSH server is exposed");
        }
    }

    private static void JudgeImage(FileScan scan, DockerStage final)
    {
        if (final.RootImage.Contains("dotnet/sdk", StringComparison.OrdinalIgnoreCase) || final.RootImage.Contains("dotnet-sdk", StringComparison.OrdinalIgnoreCase))
            scan.Add("DBG307", scan.At(final.Line), $"what is shipped is made from {final.RootImage}");
    }

    private static void JudgeScope(FileScan scan, DockerStage final, DockerStage[] shipped)
    {
        Setting[] settings = [.. shipped.SelectMany(s => s.Instructions).Where(i => i.Name == "ENV").SelectMany(i => Dockerfile.Pairs(i.Arguments).Select(p => new Setting(p.Name, p.Value, scan.At(i.Line))))];
        DockerInstruction? entryPoint = shipped.SelectMany(s => s.Instructions).LastOrDefault(i => i.Name == "ENTRYPOINT");
        DockerInstruction? command = shipped.SelectMany(s => s.Instructions).LastOrDefault(i => i.Name == "CMD");
        string[] words = [.. entryPoint?.Words() ?? [], .. command?.Words() ?? []];
        var line = new CommandLine(words, CommandUse.EntryPoint, scan.At((entryPoint ?? command)?.Line ?? final.Line));
        scan.Add(CommandJudge.Judge(line));
        if (final.RootImage.Contains("dotnet/monitor", StringComparison.OrdinalIgnoreCase))
            scan.Add(MonitorCommands.JudgeArguments(line));
        bool isDotNet = line.IndexOf("dotnet") >= 0 || final.RootImage.Contains("dotnet/", StringComparison.OrdinalIgnoreCase) || settings.Any(s => s.Name.StartsWith("ASPNETCORE_", StringComparison.Ordinal));
        bool isWindows = final.RootImage.Contains("nanoserver", StringComparison.OrdinalIgnoreCase) || final.RootImage.Contains("windows", StringComparison.OrdinalIgnoreCase);
        scan.Add(EnvironmentJudge.Judge(new SettingScope(settings, scan.At(final.Line)) { IsDotNet = isDotNet, IsCaseSensitive = !isWindows }));
    }
}
