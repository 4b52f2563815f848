using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using DebugRelay.Broker.Gate;
using DebugRelay.Broker.Targets;
using DebugRelay.Broker.Workers;
using DebugRelay.Policy.Configuration;
using DebugRelay.Protocol.Unix;

namespace DebugRelay.Broker.Hosting;

/// <summary>Linux: the agent comes over a Unix socket, and targets are found in /proc and reached by theirs.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxHost : IHostSystem
{
    private readonly string _socket;
    private readonly HashSet<uint> _agents;
    private readonly DescriptorReserve _reserve = new();
    private readonly FileStream _only;
    private readonly CallingTargets? _callers;

    /// <param name="file">The configuration's file.</param>
    /// <param name="configuration">What is in it.</param>
    /// <param name="socket">Where the agent connects.</param>
    /// <exception cref="ConfigurationException">It cannot be used here, or another broker listens there.</exception>
    public LinuxHost(string file, HostConfiguration configuration, string socket)
    {
        _socket = socket;
        OutOfMemory.Offer();
        _reserve.Changed += Tell;
        Launcher.Processors = configuration.Limits.Processors;
        _agents = Agents(file, configuration);
        _only = Lock(socket);
        _callers = ListenForCalls(configuration);
        Targets = new ProcessFinder(new HashSet<int> { Environment.ProcessId, ParentPid() }, ProcessFinder.UsualFolders, _callers);
    }

    /// <inheritdoc/>
    public ITargetFinder Targets { get; }

    /// <inheritdoc/>
    public bool IsShort() => _reserve.IsShort();

    /// <inheritdoc/>
    public IAgentListener Listen() => new UnixListener(_socket, _agents, _reserve);

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellation) => _callers?.RunAsync(cancellation) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        _callers?.Dispose();
        _only.Dispose();
        _reserve.Dispose();
    }

    private static void Tell(bool isShort)
    {
        if (isShort)
            BrokerLog.Error("file descriptors run out (LimitNOFILE, ulimit -n): nothing new is served until some are free");
        else
            BrokerLog.Tell("there are file descriptors again: the host serves");
    }

    /// <exception cref="ConfigurationException">Nothing can listen there.</exception>
    private static CallingTargets? ListenForCalls(HostConfiguration configuration)
    {
        if (configuration.DiagnosticPort is not { } path)
            return null;
        var callers = new CallingTargets(path, configuration.HoldSuspended, DiagnosticsIpc.Resume);
        try
        {
            callers.Listen();
            return callers;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            callers.Dispose();
            throw new ConfigurationException($"diagnosticPort: {path}: {e.Message}");
        }
    }

    /// <summary>Held as long as we live, and let go by the kernel however we end: one broker a socket.</summary>
    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + BrokerServer.LockSuffix, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new ConfigurationException($"{path}: {e.Message}");
        }
        catch (IOException e)
        {
            throw new ConfigurationException($"{path}: another broker listens there ({e.Message})");
        }
    }

    /// <summary>Who may speak to us: our own user, which a child's agent has, and the agent's where it is another.</summary>
    /// <exception cref="ConfigurationException">The user is not known here.</exception>
    private static HashSet<uint> Agents(string file, HostConfiguration configuration)
    {
        HashSet<uint> agents = [ProcessFacts.Uid(Environment.ProcessId)];
        if (configuration.AgentUser is { } name)
            agents.Add(UserNames.IdOf(name) ?? throw new ConfigurationException($"{file}: agentUser: there is no user \"{name}\" on this host"));
        return agents;
    }

    private static int ParentPid()
        => int.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..], CultureInfo.InvariantCulture);
}
