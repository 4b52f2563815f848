using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using DebugRelay.Agent.Observability;
using DebugRelay.Policy.Configuration;
using DebugRelay.Protocol.Windows;

namespace DebugRelay.Agent.BrokerLink;

/// <summary>The way to this host's broker. Where the configuration says so it is a child of ours: started first, started again when it dies.</summary>
internal sealed partial class BrokerProcess : BackgroundService
{
    private static readonly TimeSpan RestartPause = TimeSpan.FromMilliseconds(200);

    private readonly string _configurationFile;
    private readonly string? _folder;
    private readonly ILogger<BrokerProcess> _logger;
    private readonly AgentMetrics _metrics;
    private bool _wasStarted;

    public BrokerProcess(HostConfiguration configuration, ConfigurationFile file, AgentMetrics metrics, ILogger<BrokerProcess> logger)
    {
        _configurationFile = file.Path;
        _logger = logger;
        _metrics = metrics;
        if (OperatingSystem.IsWindows() && PipeName.Of(configuration.Broker) is null)
            throw new ConfigurationException($"{file.Path}: broker: on Windows it is a service of its own; name its pipe, such as \\\\.\\pipe\\debugrelay-broker");
        if (configuration.Broker == HostConfiguration.SpawnBroker)
        {
            // Created with mode 0700. Short, since a socket's path may have 107 bytes.
            _folder = Directory.CreateTempSubdirectory("debugrelay-").FullName;
            SocketPath = Path.Combine(_folder, "broker");
        }
        else
        {
            SocketPath = configuration.Broker;
        }
    }

    /// <summary>Where the broker listens.</summary>
    public string SocketPath { get; }

    /// <summary>Connects to the broker; waits for one that is just starting.</summary>
    /// <exception cref="BrokerGoneException">It is not there.</exception>
    public async Task<Stream> ConnectAsync(CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
            return await BrokerPipe.ConnectAsync(SocketPath, cancellation);
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                if (_folder is null || Stopwatch.GetElapsedTime(start) > Limits.Opening / 2)
                    throw new BrokerGoneException($"the broker does not answer ({e.SocketErrorCode})");
            }
            catch
            {
                socket.Dispose();
                throw;
            }
            await Task.Delay(20, cancellation);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        // The container disposes of it twice: as a service, and as a hosted one.
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_folder is null)
            return;
        while (!stoppingToken.IsCancellationRequested)
        {
            await RunOnceAsync(stoppingToken);
            if (!stoppingToken.IsCancellationRequested)
                await Task.Delay(RestartPause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunOnceAsync(CancellationToken stopping)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "debugrelay-broker"))
        {
            ArgumentList = { "run", "--config", _configurationFile, "--socket", SocketPath, "--with-parent" },
            UseShellExecute = false,
            RedirectStandardInput = true,
        };
        // The broker reaches every target: it has no diagnostic door of its own.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using Process? process = Launch(start);
        if (process is null)
            return;
        _wasStarted = true;
        Log.BrokerStarted(_logger, process.Id);
        _metrics.BrokerStarted();
        await process.WaitForExitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (process.HasExited)
        {
            Log.BrokerDied(_logger, process.ExitCode);
            return;
        }
        // The end of its standard input is the broker's order to leave.
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited)
            process.Kill();
    }

    /// <returns>Null where it could not be started again: descriptors or memory may be there in a moment, and a program that is just being replaced.</returns>
    /// <exception cref="ConfigurationException">It could not be started the first time.</exception>
    private Process? Launch(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            if (!_wasStarted)
                throw new ConfigurationException($"debugrelay-broker could not be started: {e.Message}");
            Log.BrokerNotStarted(_logger, e.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "broker started, pid {Pid}")]
        public static partial void BrokerStarted(ILogger logger, int pid);

        [LoggerMessage(2, LogLevel.Error, "the broker died with exit code {ExitCode}; it is started again")]
        public static partial void BrokerDied(ILogger logger, int exitCode);

        [LoggerMessage(3, LogLevel.Error, "the broker cannot be started, which is tried again: {Reason}")]
        public static partial void BrokerNotStarted(ILogger logger, string reason);
    }
}

/// <summary>The broker is not there.</summary>
internal sealed class BrokerGoneException(string message) : Exception(message);

/// <summary>Where the configuration was loaded from.</summary>
internal sealed record ConfigurationFile(string Path);
