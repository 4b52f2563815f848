using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;

namespace DebugRelay.Audit.Files;

/// <summary>Shell scripts and makefiles: their commands, and the variables that they set for what they start.</summary>
internal sealed class ScriptScanner : IFileScanner
{
    private static readonly string[] Endings = [".sh", ".bash", ".zsh", ".ksh", ".ps1", ".cmd", ".bat", ".env"];

    public bool Takes(string path, string name)
        => Endings.Any(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase)) || name is "Makefile" or "entrypoint" or "justfile" or "Procfile" || name.StartsWith(".env.", StringComparison.Ordinal);

    public void Scan(FileScan scan)
    {
        var settings = new List<Setting>();
        // A script that becomes what it starts is an entry point, and that is what it deploys.
        bool isEntryPoint = false;
        foreach (ShellCommand command in ShellScript.Commands(scan.Text))
        {
            Place place = scan.At(command.Line);
            settings.AddRange(command.Variables.Select(v => new Setting(v.Name.StartsWith("env:", StringComparison.OrdinalIgnoreCase) ? v.Name[4..] : v.Name, v.Value, place)));
            bool becomes = command.Words is ["exec", _, ..];
            isEntryPoint |= becomes;
            var line = becomes ? new CommandLine([.. command.Words.Skip(1)], CommandUse.EntryPoint, place) : new CommandLine(command.Words, CommandUse.Script, place);
            scan.Add(CommandJudge.Judge(line));
            settings.AddRange(ContainerVariables(line));
        }
        bool isEnvironmentFile = scan.Name.EndsWith(".env", StringComparison.Ordinal) || scan.Name.StartsWith(".env", StringComparison.Ordinal);
        bool isForDevelopers = scan.Name.Contains("dev", StringComparison.OrdinalIgnoreCase) || scan.Name.Contains("local", StringComparison.OrdinalIgnoreCase) || scan.Name.Contains("example", StringComparison.OrdinalIgnoreCase);
        scan.Add(EnvironmentJudge.Judge(new SettingScope(settings, scan.At(1)) { IsDeployed = (isEnvironmentFile || isEntryPoint) && !isForDevelopers }));
    }

    /// <summary>`docker run -e NAME=value`.</summary>
    private static IEnumerable<Setting> ContainerVariables(CommandLine line)
    {
        if (line.IndexOf("docker") < 0 && line.IndexOf("podman") < 0)
            return [];
        return line.ValuesOf("-e", "--env").Select(v => v.Split('=', 2)).Where(p => p.Length == 2).Select(p => new Setting(p[0], p[1], line.Place));
    }
}
