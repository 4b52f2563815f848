using DebugRelay.Agent.Hosting;
using DebugRelay.Policy.Configuration;

const string Usage = "usage: debugrelay-agent run --config FILE | check --config FILE";

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
        case ["--help" or "-h"]:
            Console.WriteLine(Usage);
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (Exception e) when (e is ConfigurationException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"debugrelay-agent: {e.Message}");
    return 1;
}
