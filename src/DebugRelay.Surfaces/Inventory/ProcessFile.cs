using System.Globalization;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Inventory;

/// <summary>What the kernel says of one process. Nothing is asked of the process itself.</summary>
internal sealed class ProcessFile
{
    private readonly Dictionary<string, string> _status;

    private ProcessFile(int pid, Dictionary<string, string> status)
    {
        (Pid, _status) = (pid, status);
        string? environment = ProcFile.Read($"/proc/{pid}/environ");
        string? maps = ProcFile.Read($"/proc/{pid}/maps");
        IsUnreadable = environment is null || maps is null;
        Environment = [.. ProcFile.Words(environment).Select(w => w.Split('=', 2)).Where(p => p.Length == 2).Select(p => new Setting(p[0], p[1], Place))];
        Maps = maps ?? "";
        Arguments = ProcFile.Words(ProcFile.Read($"/proc/{pid}/cmdline"));
        Executable = ProcFile.Link($"/proc/{pid}/exe") ?? (Arguments.Count > 0 ? Arguments[0] : "");
    }

    public int Pid { get; }

    public Place Place => new(Pid.ToString(CultureInfo.InvariantCulture));

    /// <summary>Whether its environment or its mappings were kept from us.</summary>
    public bool IsUnreadable { get; }

    public IReadOnlyList<Setting> Environment { get; }

    public IReadOnlyList<string> Arguments { get; }

    public string Executable { get; }

    public string Maps { get; }

    public uint Uid => uint.Parse(_status["Uid"].Split('\t')[1], CultureInfo.InvariantCulture);

    /// <summary>Who traces it; 0 where nobody does.</summary>
    public int Tracer => int.TryParse(_status.GetValueOrDefault("TracerPid"), out int pid) ? pid : 0;

    /// <summary>Its id where it is looked at from within its own container.</summary>
    public int InnerPid => int.TryParse((_status.GetValueOrDefault("NSpid") ?? "").Split('\t')[^1], out int pid) ? pid : Pid;

    /// <summary>The folder in which its runtime puts sockets, as it sees it.</summary>
    public string TemporaryFolder => Environment.LastOrDefault(s => s.Name == "TMPDIR")?.Value.TrimEnd('/') is { Length: > 0 } folder ? folder : "/tmp";

    /// <summary>The same folder as we see it.</summary>
    public string TemporaryFolderHere => $"/proc/{Pid}/root{TemporaryFolder}";

    public string? PidNamespace => ProcFile.Link($"/proc/{Pid}/ns/pid");

    public string? MountNamespace => ProcFile.Link($"/proc/{Pid}/ns/mnt");

    /// <summary>Whether .NET runs in it, as far as its mappings or its sockets tell.</summary>
    public bool IsDotNet => Maps.Contains("libcoreclr.so", StringComparison.Ordinal) || Sockets.Count > 0;

    /// <summary>Its diagnostics sockets, by name.</summary>
    public IReadOnlyList<string> Sockets => _sockets ??= ProcFile.Names(TemporaryFolderHere, $"dotnet-diagnostic-{InnerPid}-*-socket");

    private IReadOnlyList<string>? _sockets;

    /// <summary>The program's name: for `dotnet App.dll` the assembly's.</summary>
    public string Name
    {
        get
        {
            string program = Path.GetFileName(Executable);
            // How the kernel says that the file was replaced since (proc_pid_exe(5)).
            program = program.EndsWith(Deleted, StringComparison.Ordinal) ? program[..^Deleted.Length] : program;
            string? assembly = program == "dotnet" ? Arguments.FirstOrDefault(a => a.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)) : null;
            return Clean(assembly is null ? program : Path.GetFileNameWithoutExtension(assembly));
        }
    }

    /// <summary>Reads a process; null where there is none any more.</summary>
    public static ProcessFile? Read(int pid)
    {
        if (ProcFile.Read($"/proc/{pid}/status") is not { } text)
            return null;
        var status = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            if (line.Split(':', 2) is [var key, var value])
                status[key] = value.Trim();
        }
        return status.ContainsKey("Uid") && status.GetValueOrDefault("State")?.StartsWith('Z') == false ? new ProcessFile(pid, status) : null;
    }

    private const string Deleted = " (deleted)";

    private static string Clean(string name) => string.Concat(name.Take(256).Select(c => char.IsControl(c) ? '?' : c));
}
