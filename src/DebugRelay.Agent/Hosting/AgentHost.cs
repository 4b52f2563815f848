using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using DebugRelay.Agent.BrokerLink;
using DebugRelay.Agent.Sessions;
using DebugRelay.Agent.Transport;
using DebugRelay.Policy.Configuration;
using DebugRelay.Protocol;
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
        await using HostLedger ledger = await OpenLedgerAsync(configuration);
        await using WebApplication application = Build(configuration, Path.GetFullPath(configurationFile), ledger);
        await application.StartAsync(cancellation);
        Announce(application);
        // A terminal that goes away is a reason to stop, in order.
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            application.Lifetime.StopApplication();
        });
        await application.WaitForShutdownAsync(cancellation);
        await ThrowFailureAsync(application.Services);
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

    /// <summary>Loads what a run would load, and no more.</summary>
    /// <exception cref="ConfigurationException">Something cannot be used.</exception>
    public static void Check(string configurationFile)
    {
        HostConfiguration configuration = HostConfiguration.Load(configurationFile);
        _ = HostTrust.Load(configuration);
        (X509Certificate2 certificate, _) = AgentCertificate.Load(configuration);
        certificate.Dispose();
        _ = IdentityOf(configuration);
    }

    /// <exception cref="ConfigurationException">There can be no ledger, so there is no access.</exception>
    private static async Task<HostLedger> OpenLedgerAsync(HostConfiguration configuration)
    {
        try
        {
            HostLedger ledger = await HostLedger.OpenAsync(configuration.State, LedgerNames.Agent, configuration.Host, RelayProtocol.ProductVersion, TimeProvider.System);
            await SessionRecovery.RunAsync(ledger, configuration.Recordings);
            return ledger;
        }
        catch (RecordingException e)
        {
            throw new ConfigurationException($"{configuration.State}: {e.Message}");
        }
    }

    /// <exception cref="ConfigurationException">Its certificate cannot sign recordings, or is another host's.</exception>
    private static RecordingIdentity IdentityOf(HostConfiguration configuration)
    {
        try
        {
            RecordingIdentity identity = RecordingIdentity.FromPemFiles(configuration.Certificate, configuration.Key);
            return identity.Names(configuration.Host)
                ? identity
                : throw new ConfigurationException($"{configuration.Certificate}: does not name this host, {configuration.Host}, so no recording would verify; issue one that does, or set \"host\"");
        }
        catch (RecordingException e)
        {
            throw new ConfigurationException($"{configuration.Certificate}: {e.Message}");
        }
    }

    private static WebApplication Build(HostConfiguration configuration, string configurationFile, HostLedger ledger)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddSimpleConsole(o => o.SingleLine = true).SetMinimumLevel(LogLevel.Information);
        // Standard output is for the line that says where we listen.
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        // What a service manager gives us before it kills; sessions end well within it.
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = Limits.Shutdown);
        builder.Services
            .AddSingleton(configuration)
            .AddSingleton(new ConfigurationFile(configurationFile))
            .AddSingleton(TimeProvider.System)
            .AddSingleton(HostTrust.Load(configuration))
            .AddSingleton(IdentityOf(configuration))
            .AddSingleton(_ => ledger)
            .AddSingleton<BrokerProcess>()
            .AddHostedService(services => services.GetRequiredService<BrokerProcess>())
            .AddSingleton<SessionTable>()
            .AddSingleton<Openings>()
            .AddSingleton<SessionOpening>()
            .AddSingleton<OperationRelay>()
            .AddHostedService(services => services.GetRequiredService<SessionTable>())
            .AddHostedService<RetentionService>()
            .AddSingleton<TlsPolicy>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel((_, kestrel) => Listen(kestrel, configuration));
        return builder.Build();
    }

    private static void Listen(KestrelServerOptions kestrel, HostConfiguration configuration)
    {
        kestrel.Limits.MaxConcurrentConnections = Limits.Connections;
        foreach (string address in configuration.Listen)
        {
            kestrel.Listen(IPEndPoint.Parse(address), endpoint =>
            {
                endpoint.UseHttps(kestrel.ApplicationServices.GetRequiredService<TlsPolicy>().Options);
                endpoint.UseConnectionHandler<RelayConnectionHandler>();
            });
        }
    }

    private static void Announce(WebApplication application)
    {
        IServerAddressesFeature? addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        string[] listening = [.. (addresses?.Addresses ?? []).Select(a => new Uri(a).Authority)];
        Console.Out.WriteLine($"{{\"listening\":[{string.Join(',', listening.Select(l => $"\"{JsonEncodedText.Encode(l)}\""))}]}}");
        Console.Out.Flush();
    }
}
