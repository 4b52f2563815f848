using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Fleet;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.TestSupport.Hosts;

/// <summary>
/// A bus of one node or three: real nats-servers on free ports of loopback, with the configuration that ships (packaging/nats), its users written by the
/// script that ships, and certificates of a test's authority.
/// </summary>
public sealed class NatsBus : IAsyncDisposable
{
    public const string Missing = "nats-server is not here (Debian: nats-server; tests/install-nats.sh)";

    private const string Admin = "spiffe://corp.example/bus/admin";
    private const int Attempts = 5;

    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority;
    private readonly List<TestProcess> _nodes = [];
    private readonly List<string> _configurations = [];

    private NatsBus(TestAuthority authority) => _authority = authority;

    /// <summary>The server; null where there is none.</summary>
    public static string? Program { get; } = Find();

    /// <summary>`127.0.0.1:PORT` of each node.</summary>
    public IReadOnlyList<string> Servers { get; private set; } = [];

    /// <summary>The CA of servers and users.</summary>
    public string CaFile => _folder.File("ca.crt");

    /// <summary>The nodes, in the order of <see cref="Servers"/>.</summary>
    public IReadOnlyList<TestProcess> Nodes => _nodes;

    /// <summary>A node's page of counters.</summary>
    /// <param name="node">The node.</param>
    /// <param name="page">Such as `varz`; docs.nats.io calls it monitoring.</param>
    public Uri Page(int node, string page)
    {
        const string Mark = "Starting http monitor on ";
        string line = _nodes[node].Errors.All.Last(each => each.Contains(Mark, StringComparison.Ordinal));
        return new Uri($"http://{line[(line.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..].Trim()}/{page}");
    }

    public static FleetNames Names { get; } = new(FleetNames.DefaultPrefix);

    /// <summary>Starts a bus and makes the fleet's streams.</summary>
    /// <param name="authority">Signs all certificates.</param>
    /// <param name="users">What `users.sh` reads.</param>
    /// <param name="nodes">1 or 3.</param>
    /// <param name="cancellation">The test's own.</param>
    public static async Task<NatsBus> StartAsync(TestAuthority authority, string users, int nodes = 1, CancellationToken cancellation = default)
    {
        var bus = new NatsBus(authority);
        try
        {
            bus._folder.WriteFile("ca.crt", authority.Pem);
            await bus.WriteUsersAsync(users);
            await bus.StartNodesAsync(nodes);
            await bus.MakeStreamsAsync(nodes, cancellation);
            return bus;
        }
        catch
        {
            await bus.DisposeAsync();
            throw;
        }
    }

    /// <summary>How somebody reaches it.</summary>
    public FleetSettings Settings(X509Certificate2 certificate) => new(Servers, CaFile, Names, () => new FleetLogin(certificate, []));

    /// <summary>A connection as somebody.</summary>
    public Task<FleetBus> ConnectAsync(string identity, CancellationToken cancellation) => ConnectAsync(_authority.Client(identity), cancellation);

    /// <summary>A connection with a certificate.</summary>
    public Task<FleetBus> ConnectAsync(X509Certificate2 certificate, CancellationToken cancellation)
        => FleetBus.ConnectAsync(Settings(certificate), "test", TimeSpan.FromSeconds(30), cancellation);

    /// <summary>`fleet` in shipper.json, with a certificate written beside it as bus.crt and bus.key.</summary>
    public string Configure(TemporaryFolder folder, string identity, string more = "")
    {
        using (X509Certificate2 certificate = _authority.Client(identity))
            RelayHost.WritePem(folder, "bus", certificate);
        return $$"""
            { "state": "state", "cursor": "cursor", "fleet": {
                "servers": [{{string.Join(", ", Servers.Select(server => $"\"{server}\""))}}], "ca": "{{CaFile}}", "certificate": "bus.crt", "key": "bus.key", "agent": "agent.json"{{more}} } }
            """;
    }

    /// <summary>Ends a node without a warning.</summary>
    public async Task KillAsync(int node)
    {
        _nodes[node].Kill();
        await _nodes[node].WaitForExitAsync();
    }

    /// <summary>Starts a node again, with what it had.</summary>
    public async Task RestartAsync(int node)
    {
        await _nodes[node].DisposeAsync();
        _nodes[node] = TestProcess.Start(Program!, ["-c", _configurations[node]]);
        await _nodes[node].WaitForErrorAsync(line => line.Contains("Server is ready", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestProcess node in _nodes)
            await node.DisposeAsync();
        _folder.Dispose();
    }

    private async Task WriteUsersAsync(string users)
    {
        await using TestProcess script = TestProcess.Start(Packaged("users.sh"), []);
        await script.Input.WriteAsync($"{users}\nadmin {Admin}\n");
        script.Input.Close();
        if (await script.WaitForExitAsync() != 0)
            throw new InvalidOperationException($"users.sh: {script.Errors.Text}");
        _folder.WriteFile("users.conf", script.Output.Text);
    }

    /// <summary>A port that was free may be somebody else's a moment later.</summary>
    private async Task StartNodesAsync(int count)
    {
        for (int attempt = 1; ; attempt++)
        {
            int[] ports = FreePorts(count * 2);
            Servers = [.. ports[..count].Select(port => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"))];
            for (int i = 0; i < count; i++)
            {
                _configurations.Add(Configure(i, ports[..count], ports[count..]));
                _nodes.Add(TestProcess.Start(Program!, ["-c", _configurations[i]]));
            }
            try
            {
                foreach (TestProcess node in _nodes)
                    await node.WaitForErrorAsync(line => line.Contains("Server is ready", StringComparison.Ordinal));
                return;
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
                foreach (TestProcess node in _nodes)
                    await node.DisposeAsync();
                _nodes.Clear();
                _configurations.Clear();
            }
        }
    }

    /// <summary>The configuration that ships, with this test's addresses and folders.</summary>
    private string Configure(int node, int[] clients, int[] routes)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"bus-{node + 1}");
        using (X509Certificate2 certificate = _authority.BusNode())
            RelayHost.WritePem(_folder, name, certificate);
        string text = File.ReadAllText(Packaged("nats-server.conf"))
            .Replace("server_name: bus-1", $"server_name: {name}", StringComparison.Ordinal)
            .Replace("0.0.0.0:4222", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{clients[node]}"), StringComparison.Ordinal)
            .Replace("0.0.0.0:6222", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{routes[node]}"), StringComparison.Ordinal)
            .Replace("/etc/nats/bus.", _folder.File($"{name}."), StringComparison.Ordinal)
            .Replace("/etc/nats/bus-ca.crt", CaFile, StringComparison.Ordinal)
            .Replace("/etc/nats/ca.crt", CaFile, StringComparison.Ordinal)
            .Replace("/var/lib/nats", _folder.File($"{name}.store"), StringComparison.Ordinal)
            .Replace("max_file: 50GB", "max_file: 1GB", StringComparison.Ordinal);
        for (int i = 0; i < 3; i++)
            text = text.Replace($"nats://bus-{i + 1}:6222", string.Create(CultureInfo.InvariantCulture, $"nats://127.0.0.1:{routes[Math.Min(i, routes.Length - 1)]}"), StringComparison.Ordinal);
        if (routes.Length == 1)
            text = text.Remove(text.IndexOf("# Only the nodes' own CA", StringComparison.Ordinal), text.IndexOf("jetstream {", StringComparison.Ordinal) - text.IndexOf("# Only the nodes' own CA", StringComparison.Ordinal));
        // What it has carried can be asked there, on a port that its log names.
        return _folder.WriteFile($"{name}.conf", $"{text}\nhttp: \"127.0.0.1:-1\"\n");
    }

    /// <summary>A cluster has a leader about a second after its start.</summary>
    private async Task MakeStreamsAsync(int replicas, CancellationToken cancellation)
    {
        await using FleetBus bus = await ConnectAsync(Admin, cancellation);
        string? problem = null;
        await Wait.ForAsync(
            async () =>
            {
                try
                {
                    await bus.MakeStreamsAsync(replicas, cancellation);
                    return bus;
                }
                catch (FleetException e)
                {
                    problem = e.Message;
                    return null;
                }
            },
            () => $"for the streams: {problem}", cancellation: cancellation);
    }

    private static int[] FreePorts(int count)
    {
        TcpListener[] probes = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        try
        {
            foreach (TcpListener probe in probes)
                probe.Start();
            return [.. probes.Select(probe => ((IPEndPoint)probe.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (TcpListener probe in probes)
                probe.Dispose();
        }
    }

    private static string Packaged(string name, [CallerFilePath] string here = "") => Path.Combine(Root(here), "packaging", "nats", name);

    private static string? Find([CallerFilePath] string here = "")
        => new[] { Path.Combine(Root(here), "artifacts", "nats", "usr", "sbin", "nats-server"), "/usr/sbin/nats-server", "/usr/local/bin/nats-server" }.FirstOrDefault(File.Exists);

    private static string Root(string here) => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
