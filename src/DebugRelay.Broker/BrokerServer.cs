using System.Net.Sockets;
using System.Runtime.InteropServices;
using DebugRelay.Broker.Dumps;
using DebugRelay.Broker.Gate;
using DebugRelay.Broker.Sessions;
using DebugRelay.Broker.State;
using DebugRelay.Broker.Surfaces;
using DebugRelay.Broker.Targets;
using DebugRelay.Broker.Workers;
using DebugRelay.Policy.Configuration;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Unix;
using DebugRelay.Recording;
using Limits = DebugRelay.Protocol.Limits;

namespace DebugRelay.Broker;

/// <summary>Listens for the agent. Each connection carries one thing: a session's life, or one operation.</summary>
internal sealed class BrokerServer(SessionConnections sessions, OperationConnections operations, IReadOnlySet<uint> agents, DescriptorReserve reserve)
{
    /// <summary>Ends the name of the file that says whose the socket is.</summary>
    public const string LockSuffix = ".lock";

    private static readonly SemaphoreSlim Threads = new(Limits.BrokerThreads);

    /// <summary>Runs until told to stop.</summary>
    /// <exception cref="ConfigurationException">The configuration or a file that it names cannot be used.</exception>
    public static async Task RunAsync(Options options, CancellationToken cancellation)
    {
        HostConfiguration configuration = HostConfiguration.Load(options.ConfigurationFile);
        BrokerLog.Use(configuration.Log);
        OutOfMemory.Offer();
        using var reserve = new DescriptorReserve();
        reserve.Changed += isShort => Tell(isShort ? "file descriptors run out (LimitNOFILE, ulimit -n): nothing new is served until some are free" : "there are file descriptors again: the host serves", isShort);
        Launcher.Processors = configuration.Limits.Processors;
        string path = options.Socket ?? configuration.Broker;
        if (path == HostConfiguration.SpawnBroker)
            throw new ConfigurationException($"{options.ConfigurationFile}: broker is \"spawn\": the agent starts its broker itself, or give --socket PATH");
        var profile = new LiveProfile(configuration);
        using FileStream only = Lock(path);
        ClaimState(Path.Combine(configuration.State, LedgerNames.Broker));
        using LiveTrust trust = LiveTrust.Load(configuration, Path.Combine(configuration.State, "broker"), TimeProvider.System);
        trust.Reported += Tell;
        profile.Files.Reported += Tell;
        using PosixSignalRegistration hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => { signal.Cancel = true; trust.Reload(); profile.Files.Force(); });
        await using HostLedger ledger = await OpenLedgerAsync(configuration);
        try
        {
            using var registry = new SessionRegistry(configuration, trust, profile, ledger.KeySha256);
            var traces = new DumpTraces(Path.Combine(configuration.State, "broker", "dumping"));
            _ = traces.CleanAsync((pid, start) => ProcessFacts.StartTime(pid) == start);
            using var dumps = new DumpStore(Path.Combine(configuration.Spool, "dumps"), traces, trust.Clock);
            using CallingTargets? callers = ListenForCalls(configuration);
            var finder = new ProcessFinder(new HashSet<int> { Environment.ProcessId, ParentPid() }, ProcessFinder.UsualFolders, callers);
            var gate = new RequestGate(configuration, trust, profile, finder);
            HashSet<uint> agents = Agents(options.ConfigurationFile, configuration);
            var server = new BrokerServer(
                new SessionConnections(registry, ledger), new OperationConnections(registry, gate, AdmissionsOf(configuration, trust.Clock), new Sealing(configuration, trust), new TargetShares(configuration.Limits.EventPipesPerTarget), dumps, ledger), agents, reserve);
            using Socket listener = Listen(path, agents.Count > 1);
            // An agent's child has the agent's standard output, which is not ours to write to.
            if (!options.WithParent)
                Console.Out.WriteLine($"listening on {path}");
            Task watching = Task.WhenAll(registry.WatchAsync(cancellation), callers?.RunAsync(cancellation) ?? Task.CompletedTask, WatchSurfacesAsync(configuration, gate, ledger, registry, trust.Clock, cancellation));
            Task watchdog = Task.CompletedTask;
            if (!options.WithParent)
            {
                ServiceManager.Ready();
                watchdog = ServiceManager.WatchdogAsync(() => true, TimeProvider.System, cancellation);
            }
            await server.AcceptAsync(listener, cancellation);
            if (!options.WithParent)
                ServiceManager.Stopping();
            await Task.WhenAll(watching, watchdog);
            await registry.EndAllAsync(ErrorCode.ShuttingDown);
        }
        finally
        {
            if (ServiceManager.Sockets().Count == 0)
                File.Delete(path);
        }
    }

    private static Task WatchSurfacesAsync(HostConfiguration configuration, RequestGate gate, HostLedger ledger, SessionRegistry registry, TimeProvider clock, CancellationToken cancellation)
        => configuration.WatchSurfaces is { } interval
            ? Task.Run(() => new SurfaceWatch(gate, new KnownSurfaces(new StateFolder(Path.Combine(configuration.State, "broker", "surfaces"))), ledger, registry).RunAsync(interval, clock, cancellation), CancellationToken.None)
            : Task.CompletedTask;

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

    private static void Tell(string line, bool isProblem)
    {
        if (isProblem)
            BrokerLog.Error(line);
        else
            BrokerLog.Tell(line);
    }

    private static Admissions AdmissionsOf(HostConfiguration configuration, TimeProvider clock)
    {
        string state = Path.Combine(configuration.State, "broker");
        return new Admissions(
            new GrantLedger(new StateFolder(Path.Combine(state, "grants"))),
            new EmergencyLedger(new StateFolder(Path.Combine(state, "emergencies")), clock),
            new DumpLedger(new StateFolder(Path.Combine(state, "dumps")), clock),
            clock);
    }

    /// <summary>Before anything of it is read or written.</summary>
    /// <exception cref="ConfigurationException">A later version has written it, or it cannot be used.</exception>
    private static void ClaimState(string folder)
    {
        try
        {
            StateFormat.Claim(folder);
        }
        catch (StateException e)
        {
            throw new ConfigurationException(e.Message);
        }
    }

    /// <summary>The sessions of a broker that died are over: their connection was its own.</summary>
    /// <exception cref="ConfigurationException">There can be no ledger, so there is no access.</exception>
    private static async Task<HostLedger> OpenLedgerAsync(HostConfiguration configuration)
    {
        try
        {
            HostLedger ledger = await HostLedger.OpenAsync(configuration.State, LedgerNames.Broker, configuration.Host, RelayProtocol.ProductVersion, TimeProvider.System);
            foreach (string session in ledger.Unclosed)
                await ledger.CloseSessionAsync(session, new LedgerClose(ErrorCode.BrokerGone, null, null));
            return ledger;
        }
        catch (RecordingException e)
        {
            throw new ConfigurationException($"{configuration.State}: {e.Message}");
        }
    }

    /// <summary>Held as long as we live, and let go by the kernel however we end: one broker a socket.</summary>
    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + LockSuffix, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
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
        HashSet<uint> agents = [Uid()];
        if (configuration.AgentUser is { } name)
            agents.Add(UserNames.IdOf(name) ?? throw new ConfigurationException($"{file}: agentUser: there is no user \"{name}\" on this host"));
        return agents;
    }

    /// <param name="path">Where.</param>
    /// <param name="forGroup">Whether the agent is another user: it comes in by our group, and each that does is asked who it is.</param>
    private static Socket Listen(string path, bool forGroup)
    {
        // Who has opened it for us has given it its place and its rights.
        if (ServiceManager.Sockets() is [var given, ..])
            return new Socket(new SafeSocketHandle(given, ownsHandle: true));
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        // What a dead broker left here would be in the way; a live one's connections are not touched by it.
        File.Delete(path);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | (forGroup ? UnixFileMode.GroupRead | UnixFileMode.GroupWrite : 0));
        listener.Listen(64);
        return listener;
    }

    private async Task AcceptAsync(Socket listener, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            Socket agent;
            try
            {
                await Threads.WaitAsync(cancellation);
                agent = await AcceptOneAsync(listener, cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            // A thread of its own: an operation's connection is read blocking, see BlockingFrames.
            _ = Task.Factory.StartNew(() => Serve(agent), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>Without descriptors nothing can be accepted for a while: that is no reason to drop those who are served.</summary>
    private async Task<Socket> AcceptOneAsync(Socket listener, CancellationToken cancellation)
    {
        while (true)
        {
            await reserve.UntilRoomAsync(cancellation);
            try
            {
                return await listener.AcceptAsync(cancellation);
            }
            catch (SocketException e)
            {
                BrokerLog.Error($"no connection could be accepted ({e.SocketErrorCode})");
                reserve.Look();
                await Task.Delay(Limits.DescriptorsLook, cancellation);
            }
        }
    }

    private void Serve(Socket agent)
    {
        try
        {
            if (!agents.Contains(PeerCredentials.Of(agent).Uid))
            {
                agent.Dispose();
                return;
            }
            agent.ReceiveTimeout = agent.SendTimeout = (int)Limits.Opening.TotalMilliseconds;
            var frames = new BlockingFrames(agent);
            (FrameType type, byte[] payload) = frames.Receive();
            switch (type)
            {
                case FrameType.ChallengeRequest or FrameType.OpenOperation when reserve.IsShort():
                    OperationConnections.Refuse(agent, frames, ErrorCode.LimitReached, "the host's broker has too few file descriptors left");
                    break;
                case FrameType.ChallengeRequest:
                    _ = sessions.RunAsync(agent);
                    break;
                case FrameType.OpenOperation:
                    operations.Run(agent, frames, payload);
                    break;
                default:
                    agent.Dispose();
                    break;
            }
        }
        catch (Exception e) when (e is ProtocolException or SocketException or IOException)
        {
            agent.Dispose();
        }
        finally
        {
            Threads.Release();
        }
    }

    private static uint Uid() => ProcessFacts.Uid(Environment.ProcessId);

    private static int ParentPid()
        => int.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..], System.Globalization.CultureInfo.InvariantCulture);
}
