using System.Diagnostics;
using System.Runtime.Versioning;

namespace DebugRelay.Agent.Install;

/// <summary>Installs agent and broker as two services of Windows, and takes them away again. Nobody has tried it there (docs/operations.md).</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsInstaller(InstallOptions options, TextWriter output)
{
    private static readonly (string Resource, string Name)[] Samples = [("windows-agent.json", "agent.json"), ("policy.json", "policy.json")];

    private readonly string _data = options.Root ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "DebugRelay");

    /// <summary>Writes the sample configuration, makes the services and gives folders to their accounts; with another root it writes and says what it would call. Nothing is started.</summary>
    /// <exception cref="InstallException">A tool of Windows failed.</exception>
    public void Install()
    {
        foreach (string folder in WindowsServices.Folders)
            Directory.CreateDirectory(Path.Combine(_data, folder));
        foreach ((string resource, string name) in Samples)
            Write(resource, Path.Combine(_data, name));
        if (options.Root is null)
        {
            MakeLog(WindowsServices.Agent);
            MakeLog(WindowsServices.Broker);
        }
        foreach (InstallCommand command in WindowsServices.Install(options.Programs, _data))
            Run(command);
        output.WriteLine($"""

            Next:
              1. put agent.crt, agent.key and ca.crt into {_data}
              2. write who may do what into {_data}\policy.json
              3. debugrelay-agent check --config {_data}\agent.json
              4. sc.exe start {WindowsServices.Broker}, sc.exe start {WindowsServices.Agent}; sc.exe config NAME start= auto for both
            """);
    }

    /// <summary>Takes the services away. Configuration, keys, recordings and state stay.</summary>
    /// <exception cref="InstallException">A tool of Windows failed.</exception>
    public void Uninstall()
    {
        foreach (InstallCommand command in WindowsServices.Uninstall())
            Run(command);
        output.WriteLine($"kept       {_data}, with the recordings");
    }

    /// <summary>An account without rights cannot make the log's source itself.</summary>
    private static void MakeLog(string name)
    {
        if (!EventLog.SourceExists(name))
            EventLog.CreateEventSource(name, "Application");
    }

    private void Write(string resource, string path)
    {
        if (File.Exists(path))
        {
            output.WriteLine($"kept       {path}, which is yours");
            return;
        }
        using Stream sample = typeof(WindowsInstaller).Assembly.GetManifestResourceStream(resource)!;
        using FileStream file = File.Create(path);
        sample.CopyTo(file);
        output.WriteLine($"written    {path}");
    }

    private void Run(InstallCommand command)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments) { UseShellExecute = false };
        output.WriteLine($"{command.Program} {string.Join(' ', command.Arguments.Select(a => a.Contains(' ', StringComparison.Ordinal) ? $"'{a}'" : a))}");
        if (options.Root is not null)
            return;
        using Process process = InstallTools.Start(start);
        process.WaitForExit();
        if (process.ExitCode != 0 && !command.Harmless.Contains(process.ExitCode))
            throw new InstallException($"{command.Program} {string.Join(' ', command.Arguments)} ended with exit code {process.ExitCode}");
    }
}
