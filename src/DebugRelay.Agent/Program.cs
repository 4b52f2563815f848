using DebugRelay.Agent.Hosting;
using DebugRelay.Agent.Install;
using DebugRelay.Policy.Configuration;

const string Usage = """
    usage: debugrelay-agent run --config FILE                            serve this host
           debugrelay-agent check --config FILE                          judge the configuration and what it names
           debugrelay-agent install [--root DIR] [--programs DIR]        make agent and broker services of systemd, or of Windows; with --root write the files there only
           debugrelay-agent uninstall [--root DIR]                       take the services away; configuration and recordings stay
    """;

// Recordings and ledgers wait for disks on threads of the pool. With as few as there are cores, whoever is to hear of his session's end would wait too.
ThreadPool.SetMinThreads(32, 32);

try
{
    switch (args)
    {
        case ["run", "--config", var file]:
            await AgentHost.RunAsync(file, CancellationToken.None);
            return 0;
        case ["check", "--config", var file]:
            await AgentHost.CheckAsync(file, CancellationToken.None);
            Console.WriteLine($"{file}: OK");
            return 0;
        case ["install", .. var rest] when InstallOptions.Parse(rest) is { } options:
            if (OperatingSystem.IsWindows())
                new WindowsInstaller(options, Console.Out).Install();
            else
                new Installer(options, Console.Out).Install();
            return 0;
        case ["uninstall", .. var rest] when InstallOptions.Parse(rest) is { } options:
            if (OperatingSystem.IsWindows())
                new WindowsInstaller(options, Console.Out).Uninstall();
            else
                new Installer(options, Console.Out).Uninstall();
            return 0;
        case ["--help" or "-h"]:
            Console.WriteLine(Usage);
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (Exception e) when (e is ConfigurationException or InstallException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"debugrelay-agent: {e.Message}");
    return 1;
}
