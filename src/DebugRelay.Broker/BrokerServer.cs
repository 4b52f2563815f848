using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using DebugRelay.Broker.Dumps;
using DebugRelay.Broker.Gate;
using DebugRelay.Broker.Hosting;
using DebugRelay.Broker.Hosting.Windows;
using DebugRelay.Broker.Sessions;
using DebugRelay.Broker.State;
using DebugRelay.Broker.Surfaces;
using DebugRelay.Broker.Targets;
using DebugRelay.Policy.Configuration;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Unix;
using DebugRelay.Recording;
using Limits = DebugRelay.Protocol.Limits;

namespace DebugRelay.Broker;

/// <summary>Listens for the agent. Each connection carries one thing: a session's life, or one operation.</summary>
internal sealed class BrokerServer(SessionConnections sessions, OperationConnections operations, IHostSystem host)
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
        string path = options.Socket ?? configuration.Broker;
        if (path == HostConfiguration.SpawnBroker)
            throw new ConfigurationException($"{options.ConfigurationFile}: broker is \"spawn\": the agent starts its broker itself, or give --socket PATH");
        var profile = new LiveProfile(configuration);
        using IHostSystem host = SystemOf(options.ConfigurationFile, configuration, path);
        ClaimState(Path.Combine(configuration.State, LedgerNames.Broker));
        using LiveTrust trust = LiveTrust.Load(configuration, Path.Combine(configuration.State, "broker"), TimeProvider.System);
        trust.Reported += Tell;
        profile.Files.Reported += Tell;
        using PosixSignalRegistration hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => { signal.Cancel = true; trust.Reload(); profile.Files.Force(); });
        await using HostLedger ledger = await OpenLedgerAsync(configuration);
        using var registry = new SessionRegistry(configuration, trust, profile, ledger.KeySha256);
        using DumpStore? dumps = OperatingSystem.IsLinux() ? DumpsOf(configuration, trust.Clock) : null;
        var gate = new RequestGate(configuration, trust, profile, host.Targets);
        var server = new BrokerServer(
            new SessionConnections(registry, ledger), new OperationConnections(registry, gate, AdmissionsOf(configuration, trust.Clock), new Sealing(configuration, trust), new TargetShares(configuration.Limits.EventPipesPerTarget), dumps, ledger), host);
        using IAgentListener listener = host.Listen();
        // An agent's child has the agent's standard output, which is not ours to write to.
        if (!options.WithParent)
            Console.Out.WriteLine($"listening on {path}");
        Task watching = Task.WhenAll(registry.WatchAsync(cancellation), host.RunAsync(cancellation), WatchSurfacesAsync(configuration, gate, ledger, registry, trust.Clock, cancellation));
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

    private static Task WatchSurfacesAsync(HostConfiguration configuration, RequestGate gate, HostLedger ledger, SessionRegistry registry, TimeProvider clock, CancellationToken cancellation)
        => configuration.WatchSurfaces is { } interval
            ? Task.Run(() => new SurfaceWatch(gate, new KnownSurfaces(new StateFolder(Path.Combine(configuration.State, "broker", "surfaces"))), ledger, registry).RunAsync(interval, clock, cancellation), CancellationToken.None)
            : Task.CompletedTask;

    private static IHostSystem SystemOf(string file, HostConfiguration configuration, string path)
        => OperatingSystem.IsLinux() ? new LinuxHost(file, configuration, path)
            : OperatingSystem.IsWindows() ? new WindowsHost(file, configuration, path)
            : throw new ConfigurationException("this operating system is not served");

    [SupportedOSPlatform("linux")]
    private static DumpStore DumpsOf(HostConfiguration configuration, TimeProvider clock)
    {
        var traces = new DumpTraces(Path.Combine(configuration.State, "broker", "dumping"));
        _ = traces.CleanAsync((pid, start) => ProcessFacts.StartTime(pid) == start);
        return new DumpStore(Path.Combine(configuration.Spool, "dumps"), traces, clock);
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

    private async Task AcceptAsync(IAgentListener listener, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            Stream agent;
            try
            {
                await Threads.WaitAsync(cancellation);
                agent = await listener.AcceptAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            // A thread of its own: an operation's connection is read blocking, see BlockingFrames.
            _ = Task.Factory.StartNew(() => Serve(agent), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    private void Serve(Stream agent)
    {
        try
        {
            agent.ReadTimeout = agent.WriteTimeout = (int)Limits.Opening.TotalMilliseconds;
            var frames = new BlockingFrames(agent);
            (FrameType type, byte[] payload) = frames.Receive();
            switch (type)
            {
                case FrameType.ChallengeRequest or FrameType.OpenOperation when host.IsShort():
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
        catch (Exception e) when (e is ProtocolException or IOException)
        {
            agent.Dispose();
        }
        finally
        {
            Threads.Release();
        }
    }
}
