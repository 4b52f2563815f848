using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Perf.Peers;

/// <summary>A target's socket through stunnel ↔ stunnel, TLS 1.3 with client certificates on both sides; beside it the same with socat in front.</summary>
internal sealed class StunnelPair : IAsyncDisposable
{
    private const string SocatBuffer = "262144";

    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly List<TestProcess> _processes = [];

    private StunnelPair()
    {
    }

    /// <summary>Where a tool connects.</summary>
    public string Bare => _folder.File("bare");

    /// <summary>The same, with socat between tool and stunnel.</summary>
    public string WithSocat => _folder.File("socat");

    public int Server => _processes[0].Id;

    /// <summary>Both stunnels.</summary>
    public IEnumerable<int> Tunnel => _processes.Take(2).Select(each => each.Id);

    /// <summary>Both stunnels and socat.</summary>
    public IEnumerable<int> All => _processes.Select(each => each.Id);

    private static readonly string[] Programs = ["stunnel4", "socat"];

    /// <summary>What is missing on this machine, or null.</summary>
    public static string? Missing => Programs.FirstOrDefault(program => !File.Exists($"/usr/bin/{program}")) is { } name ? $"{name} is not on this machine (apt-get install stunnel4 socat)" : null;

    public static async Task<StunnelPair> StartAsync(string target)
    {
        var pair = new StunnelPair();
        try
        {
            await pair.RunAsync(target);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestProcess process in _processes)
            await process.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    private async Task RunAsync(string target)
    {
        using (X509Certificate2 server = _authority.Agent(), client = _authority.Client(RelayHost.Alice))
        {
            RelayHost.WritePem(_folder, "server", server);
            RelayHost.WritePem(_folder, "client", client);
        }
        _folder.WriteFile("ca.crt", _authority.Pem);
        int port = FreePort(), plain = FreePort();
        await StunnelAsync("server", $"""
            [relay]
            accept = 127.0.0.1:{port}
            connect = {target}
            """);
        await StunnelAsync("client", $"""
            client = yes
            [bare]
            accept = {Bare}
            connect = 127.0.0.1:{port}
            [for-socat]
            accept = 127.0.0.1:{plain}
            connect = 127.0.0.1:{port}
            """);
        _processes.Add(TestProcess.Start("socat", ["-b", SocatBuffer, $"UNIX-LISTEN:{WithSocat},fork", $"TCP:127.0.0.1:{plain},nodelay"]));
        await Wait.UntilAsync(() => File.Exists(Bare) && File.Exists(WithSocat), "stunnel and socat listen");
    }

    private async Task StunnelAsync(string name, string services)
    {
        string file = _folder.WriteFile($"{name}.conf", $"""
            foreground = yes
            pid =
            debug = notice
            socket = l:TCP_NODELAY=1
            socket = r:TCP_NODELAY=1
            sslVersionMin = TLSv1.3
            cert = {_folder.File($"{name}.crt")}
            key = {_folder.File($"{name}.key")}
            CAfile = {_folder.File("ca.crt")}
            verifyChain = yes
            {services}
            """);
        TestProcess process = TestProcess.Start("stunnel4", [file]);
        _processes.Add(process);
        await process.WaitForErrorAsync(line => line.Contains("Configuration successful", StringComparison.Ordinal));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
