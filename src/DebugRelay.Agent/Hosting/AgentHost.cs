using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using DebugRelay.Agent.Access;
using DebugRelay.Agent.BrokerLink;
using DebugRelay.Agent.Observability;
using DebugRelay.Agent.Sessions;
using DebugRelay.Agent.Transport;
using DebugRelay.Policy.Configuration;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Logging;
using DebugRelay.Protocol.Unix;
using DebugRelay.Protocol.Windows;
using DebugRelay.Recording;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DebugRelay.Agent.Hosting;

/// <summary>Puts the agent together and runs it until it is told to stop.</summary>
internal static class AgentHost
{
    /// <summary>Runs the agent. When it listens, one line of JSON on standard output says where.</summary>
    /// <exception cref="ConfigurationException">The configuration or a file that it names cannot be used.</exception>
    public static async Task RunAsync(string configurationFile, CancellationToken cancellation)
    {
        HostConfiguration configuration = HostConfiguration.Load(configurationFile);
        OutOfMemory.Offer();
        if (OperatingSystem.IsWindows() && OwnDiagnostics.Problem is { } problem)
            throw new ConfigurationException(problem);
        var profile = new LiveProfile(configuration);
        // A profile that ships with the worker needs no check.
        if (!profile.Current.IsShipped)
            await ProfileCheck.RunAsync(profile.Current, cancellation);
        await using HostLedger ledger = await OpenLedgerAsync(configuration);
        await using WebApplication application = Build(configuration, profile, Path.GetFullPath(configurationFile), ledger);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            HangUp(application);
        });
        await StartAsync(application, cancellation);
        Announce(application, configuration);
        ServiceManager.Ready();
        using CancellationTokenRegistration stopping = application.Lifetime.ApplicationStopping.Register(ServiceManager.Stopping);
        // A pool that has no thread left for this has none for sessions either.
        Task watchdog = ServiceManager.WatchdogAsync(() => true, TimeProvider.System, application.Lifetime.ApplicationStopping);
        await application.WaitForShutdownAsync(cancellation);
        await watchdog;
        await ThrowFailureAsync(application.Services);
    }

    /// <summary>A part that fails while the others are still being started stops them all, and the start is called off without a word of why.</summary>
    private static async Task StartAsync(WebApplication application, CancellationToken cancellation)
    {
        try
        {
            await application.StartAsync(cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            await ThrowFailureAsync(application.Services);
            throw;
        }
    }

    /// <summary>A terminal that goes away is a reason to stop, in order. A service is asked to read its files again.</summary>
    private static void HangUp(WebApplication application)
    {
        if (Console.IsInputRedirected)
            application.Services.GetRequiredService<ReloadService>().ReloadAll();
        else
            application.Lifetime.StopApplication();
    }

    /// <summary>The host stops in order when a part of it fails, and calls that a success.</summary>
    private static async Task ThrowFailureAsync(IServiceProvider services)
    {
        foreach (BackgroundService service in services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (service.ExecuteTask is { IsFaulted: true } failed)
                await failed;
        }
    }

    /// <summary>Loads what a run would load, and says when it ends.</summary>
    /// <exception cref="ConfigurationException">Something cannot be used.</exception>
    public static async Task CheckAsync(string configurationFile, CancellationToken cancellation)
    {
        HostConfiguration configuration = HostConfiguration.Load(configurationFile);
        HostTrust trust = HostTrust.Load(configuration);
        LoadedIdentity identity = AgentIdentity.Load(configuration);
        foreach (string line in TrustReport.Of(configuration, trust, identity, TimeProvider.System.GetUtcNow()))
            Console.WriteLine(line);
        await ProfileCheck.RunAsync(HostProfile.Load(configuration), cancellation);
        if (InForce.Read(configuration) is { } inForce)
        {
            foreach (string line in inForce.Changes(configuration, Path.GetFullPath(configurationFile)).DefaultIfEmpty("nothing would change"))
                Console.WriteLine(line);
        }
    }

    /// <exception cref="ConfigurationException">There can be no ledger, so there is no access.</exception>
    private static async Task<HostLedger> OpenLedgerAsync(HostConfiguration configuration)
    {
        try
        {
            StateFormat.Claim(Path.Combine(configuration.State, LedgerNames.Agent));
            HostLedger ledger = await HostLedger.OpenAsync(configuration.State, LedgerNames.Agent, configuration.Host, RelayProtocol.ProductVersion, TimeProvider.System);
            await SessionRecovery.RunAsync(ledger, configuration.Recordings);
            SpoolFolder.Clean(configuration.Spool);
            return ledger;
        }
        catch (Exception e) when (e is RecordingException or StateException)
        {
            throw new ConfigurationException($"{configuration.State}: {e.Message}");
        }
    }

    private static WebApplication Build(HostConfiguration configuration, LiveProfile profile, string configurationFile, HostLedger ledger)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        if (LogWriter.IsText(configuration.Log))
            builder.Logging.AddSimpleConsole(o => o.SingleLine = true);
        else
            builder.Logging.AddProvider(new AgentLog(LogWriter.Create(configuration.Log, "debugrelay-agent")));
        if (OperatingSystem.IsWindows())
            builder.Services.AddWindowsService(o => o.ServiceName = "debugrelay-agent");
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        // Standard output is for the line that says where we listen.
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        // What a service manager gives us before it kills; sessions end well within it.
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = Limits.Shutdown);
        builder.Services
            .AddSingleton(configuration)
            .AddSingleton(profile)
            .AddSingleton(new ConfigurationFile(configurationFile))
            .AddSingleton(TimeProvider.System)
            .AddSingleton(LiveTrust.Load(configuration, Path.Combine(configuration.State, "agent"), TimeProvider.System))
            .AddSingleton(new AgentIdentity(configuration))
            .AddSingleton<Bandwidth>()
            .AddSingleton<AgentMetrics>()
            .AddSingleton<PrometheusPage>()
            .AddSingleton<ObservationPages>()
            .AddSingleton<ReloadService>()
            .AddHostedService(services => services.GetRequiredService<ReloadService>())
            .AddSingleton<ExpiryWatch>()
            .AddHostedService(services => services.GetRequiredService<ExpiryWatch>())
            .AddSingleton(_ => ledger)
            .AddSingleton<BrokerProcess>()
            .AddHostedService(services => services.GetRequiredService<BrokerProcess>())
            .AddSingleton<SessionTable>()
            .AddSingleton<Openings>()
            .AddSingleton<SessionOpening>()
            .AddSingleton<Inbox>()
            .AddSingleton<InboxCalls>()
            .AddSingleton<Announcer>()
            .AddSingleton<Watching>()
            .AddSingleton<StreamKeeper>()
            .AddSingleton<OperationRelay>()
            .AddHostedService(services => services.GetRequiredService<SessionTable>())
            .AddSingleton<HandshakeGate>()
            .AddSingleton<DescriptorReserve>()
            .AddSingleton<IConnectionListenerFactory, ListenerFactory>()
            .AddHostedService<RetentionService>()
            .AddSingleton<TlsPolicy>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel((_, kestrel) => Listen(kestrel, configuration));
        WebApplication application = builder.Build();
        ObservationPages pages = application.Services.GetRequiredService<ObservationPages>();
        application.Run(pages.AnswerAsync);
        return application;
    }

    private static void Listen(KestrelServerOptions kestrel, HostConfiguration configuration)
    {
        kestrel.Limits.MaxConcurrentConnections = configuration.Limits.Connections;
        void Serve(ListenOptions endpoint)
        {
            HandshakeGate gate = kestrel.ApplicationServices.GetRequiredService<HandshakeGate>();
            endpoint.Use(gate.Before);
            endpoint.UseHttps(kestrel.ApplicationServices.GetRequiredService<TlsPolicy>().Options);
            endpoint.Use(gate.After);
            endpoint.UseConnectionHandler<RelayConnectionHandler>();
        }

        IReadOnlyList<int> given = ServiceManager.Sockets();
        foreach (int socket in given)
            kestrel.ListenHandle((ulong)socket, Serve);
        foreach (string address in given.Count == 0 ? configuration.Listen : [])
            kestrel.Listen(IPEndPoint.Parse(address), Serve);
        ObservationPages.Listen(kestrel, configuration);
    }

    private static string AddressOf(int socket)
    {
        using var listener = new Socket(new SafeSocketHandle(socket, ownsHandle: false));
        return listener.LocalEndPoint?.ToString() ?? "?";
    }

    private static void Announce(WebApplication application, HostConfiguration configuration)
    {
        IServerAddressesFeature? addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        string[] listening = ServiceManager.Sockets() is { Count: > 0 } given ? [.. given.Select(AddressOf)] : [.. (addresses?.Addresses ?? []).Take(configuration.Listen.Length).Select(a => new Uri(a).Authority)];
        Console.Out.WriteLine($"{{\"listening\":[{string.Join(',', listening.Select(l => $"\"{JsonEncodedText.Encode(l)}\""))}]}}");
        Console.Out.Flush();
    }
}
