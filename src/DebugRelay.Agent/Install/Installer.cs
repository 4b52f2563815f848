using System.Diagnostics;
using System.Runtime.Versioning;

namespace DebugRelay.Agent.Install;

/// <summary>Installs agent and broker as two services of systemd, and takes them away again. What is there already and right stays untouched.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class Installer(InstallOptions options, TextWriter output)
{
    private const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode ForGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    /// <summary>Writes the files; on a running system also makes users and folders, and tells systemd. Nothing is started.</summary>
    /// <exception cref="InstallException">A tool of systemd failed.</exception>
    public void Install()
    {
        foreach (InstalledFile file in InstalledFile.All)
            Write(file);
        if (options.Root is not null)
            return;
        Run("systemd-sysusers", "debugrelay.conf");
        Run("systemd-tmpfiles", "--create", "debugrelay.conf");
        if (Directory.Exists("/run/systemd/system"))
            Run("systemctl", "daemon-reload");
        output.WriteLine($"""

            Next:
              1. put agent.crt, agent.key and ca.crt into {InstalledFile.Etc}, then again: debugrelay-agent install
              2. write who may do what into {InstalledFile.Etc}/policy.json
              3. debugrelay-agent check --config {InstalledFile.Etc}/agent.json
              4. systemctl enable --now debugrelay-broker debugrelay-agent
            """);
    }

    /// <summary>Removes the units and what makes users and folders. Configuration, keys, recordings and state stay, and so do the users, who own them.</summary>
    /// <exception cref="InstallException">A tool of systemd failed.</exception>
    public void Uninstall()
    {
        bool lives = options.Root is null && Directory.Exists("/run/systemd/system");
        if (lives)
            Run("systemctl", "disable", "--now", "debugrelay-agent.socket", "debugrelay-broker.socket", "debugrelay-agent.service", "debugrelay-broker.service");
        foreach (InstalledFile file in InstalledFile.All.Where(f => f.IsOurs))
        {
            string path = Place(file);
            if (!File.Exists(path))
                continue;
            File.Delete(path);
            output.WriteLine($"removed    {file.Path}");
        }
        if (lives)
            Run("systemctl", "daemon-reload");
        output.WriteLine($"kept       {InstalledFile.Etc} and {InstalledFile.Var}, with the recordings");
    }

    private void Write(InstalledFile file)
    {
        string path = Place(file), text = file.Text(options.Programs);
        string? before = File.Exists(path) ? File.ReadAllText(path) : null;
        if (before == text)
        {
            output.WriteLine($"unchanged  {file.Path}");
            return;
        }
        if (before is not null && !file.IsOurs)
        {
            output.WriteLine($"kept       {file.Path}, which is yours");
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Whole or not at all: systemd may read at any time.
        string fresh = path + ".new";
        File.WriteAllText(fresh, text);
        File.SetUnixFileMode(fresh, file.IsOurs ? ForAll : ForGroup);
        File.Move(fresh, path, overwrite: true);
        output.WriteLine($"{(before is null ? "written    " : "replaced   ")}{file.Path}");
    }

    private string Place(InstalledFile file) => options.Root is null ? file.Path : Path.Join(options.Root, file.Path);

    private static void Run(string program, params string[] arguments)
    {
        using Process process = InstallTools.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false });
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InstallException($"{program} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}");
    }
}

/// <summary>How to install.</summary>
/// <param name="Root">The folder that stands for `/`: files are written there and nothing else is done; null on a living system.</param>
/// <param name="Programs">The folder of agent, broker and worker on the host.</param>
internal sealed record InstallOptions(string? Root, string Programs)
{
    /// <summary>Where packages put the programs.</summary>
    public const string PackagedPrograms = "/usr/lib/debugrelay";

    /// <summary>Reads what follows `install` or `uninstall`; null where that is not understood.</summary>
    public static InstallOptions? Parse(ReadOnlySpan<string> arguments)
    {
        string? root = null, programs = null;
        for (int i = 0; i + 1 < arguments.Length; i += 2)
        {
            switch (arguments[i])
            {
                case "--root" when root is null:
                    root = Path.GetFullPath(arguments[i + 1]);
                    break;
                case "--programs" when programs is null && Path.IsPathRooted(arguments[i + 1]):
                    programs = Path.TrimEndingDirectorySeparator(arguments[i + 1]);
                    break;
                default:
                    return null;
            }
        }
        if (arguments.Length % 2 != 0)
            return null;
        return new InstallOptions(root, programs ?? (root is null || OperatingSystem.IsWindows() ? Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory) : PackagedPrograms));
    }
}

/// <summary>The installation could not be finished. It can be run again.</summary>
internal sealed class InstallException(string message) : Exception(message);
