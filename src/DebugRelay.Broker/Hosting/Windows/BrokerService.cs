using System.Runtime.Versioning;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.WindowsServices;
using Microsoft.Extensions.Logging;

namespace DebugRelay.Broker.Hosting.Windows;

/// <summary>The broker as a service of Windows, or at a terminal.</summary>
[SupportedOSPlatform("windows")]
internal sealed class BrokerService(Options options, ILogger<BrokerService> logger) : BackgroundService
{
    private const string Name = "debugrelay-broker";

    /// <summary>Runs until told to stop.</summary>
    public static async Task RunAsync(Options options)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = Name });
        builder.Services.AddWindowsService(service => service.ServiceName = Name);
        builder.Services.AddSingleton(options).AddSingleton<BrokerService>().AddHostedService(services => services.GetRequiredService<BrokerService>());
        using IHost host = builder.Build();
        BrokerService broker = host.Services.GetRequiredService<BrokerService>();
        await host.RunAsync();
        // The host stops in order when a part of it fails, and calls that a success.
        await (broker.ExecuteTask ?? Task.CompletedTask);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A service has no terminal: what is written there goes to the event log.
        if (WindowsServiceHelpers.IsWindowsService())
            Console.SetError(new EventLogText(logger));
        return Task.Run(() => BrokerServer.RunAsync(options, stoppingToken), CancellationToken.None);
    }
}

/// <summary>Lines of a log that go to the host's.</summary>
internal sealed partial class EventLogText(ILogger logger) : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Line(logger, value ?? "");

    [LoggerMessage(1, LogLevel.Information, "{Text}")]
    private static partial void Line(ILogger logger, string text);
}
