using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;

namespace DebugRelay.Audit.Files;

/// <summary>systemd units: the service's variables and command, and whether its diagnostics are apart from others'.</summary>
internal sealed class SystemdScanner : IFileScanner
{
    public bool Takes(string path, string name)
        => name.EndsWith(".service", StringComparison.Ordinal) || (name.EndsWith(".conf", StringComparison.Ordinal) && path.Contains(".service.d/", StringComparison.Ordinal));

    public void Scan(FileScan scan)
    {
        Setting[] lines = [.. Lines(scan)];
        Setting[] settings = [.. lines.Where(l => l.Name == "Environment").SelectMany(l => ShellScript.Words(l.Value).Select(w => w.Split('=', 2)).Where(p => p.Length == 2).Select(p => new Setting(p[0], p[1], l.Place)))];
        bool isDotNet = settings.Any(s => s.Name.StartsWith("DOTNET_", StringComparison.OrdinalIgnoreCase) || s.Name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase));
        Setting? start = null;
        foreach (Setting line in lines.Where(l => l.Name is "ExecStart" or "ExecStartPre"))
        {
            start ??= line;
            var command = new CommandLine([.. ShellScript.Words(line.Value.TrimStart('-', '@', '+', '!', ':'))], CommandUse.EntryPoint, line.Place);
            isDotNet |= command.IndexOf("dotnet") >= 0;
            scan.Add(CommandJudge.Judge(command));
        }
        scan.Add(EnvironmentJudge.Judge(new SettingScope(settings, start?.Place ?? scan.At(1)) { IsDotNet = isDotNet }));
        Isolation(scan, lines, settings, isDotNet, start?.Place ?? scan.At(1));
    }

    private static void Isolation(FileScan scan, Setting[] lines, Setting[] settings, bool isDotNet, Place place)
    {
        foreach (Setting line in lines)
        {
            if (line.Name == "LimitCORE" && line.Is("infinity"))
                scan.Add("DBG121", line.Place, "core dumps are unlimited");
            if (line.Name is "AmbientCapabilities" or "CapabilityBoundingSet" && !line.Value.StartsWith('~'))
            {
                Surface[] tracing = [.. line.Value.Split(' ').Select(c => ContainerJudge.Capability(c, line.Place)).OfType<Surface>()];
                scan.Add(line.Name == "AmbientCapabilities" ? tracing : []);
                if (line.Name == "AmbientCapabilities" && tracing.Length > 0)
                    scan.Add("DBG415", line.Place, $"the unit may trace other processes ({line.Value})");
            }
        }
        bool diagnosticsOff = settings.Any(s => s.Name is "DOTNET_EnableDiagnostics" or "DOTNET_EnableDiagnostics_IPC" && s.Is("0"));
        if (!isDotNet || diagnosticsOff)
            return;
        Setting? privateTmp = lines.LastOrDefault(l => l.Name == "PrivateTmp");
        if (privateTmp is null || !(privateTmp.IsTrue || privateTmp.Is("yes") || privateTmp.Is("on") || privateTmp.Is("disconnected")))
            scan.Add("DBG415", privateTmp?.Place ?? place, "diagnostics are on and PrivateTmp is not: the sockets lie in everybody's /tmp");
    }

    /// <summary>`Name=value` lines, continued ones as one; an empty value takes back what was said before.</summary>
    private static IEnumerable<Setting> Lines(FileScan scan)
    {
        string[] lines = scan.Text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            int start = i + 1;
            string line = lines[i].Trim();
            while (line.EndsWith('\\') && i + 1 < lines.Length)
                line = line[..^1] + " " + lines[++i].Trim();
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line.Length > 0 && line[0] is not ('#' or ';' or '[') && equals > 0)
                yield return new Setting(line[..equals].Trim(), line[(equals + 1)..].Trim(), scan.At(start));
        }
    }
}
