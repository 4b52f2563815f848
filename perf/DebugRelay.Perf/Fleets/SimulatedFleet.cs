using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Fleet;
using DebugRelay.Policy.Cms;
using DebugRelay.Recording;
using DebugRelay.Shipper.Fleet;
using DebugRelay.TestSupport.Hosts;

namespace DebugRelay.Perf.Fleets;

/// <summary>
/// Many hosts in this process: each with files, a certificate, a connection and the member of its own that a shipper has, on a cluster of three real servers.
/// The hosts' files lie in memory: on one disk a thousand hosts would wait for each other as they do nowhere else.
/// </summary>
internal sealed class SimulatedFleet : IAsyncDisposable
{
    private const string Operator = "spiffe://corp.example/sec/sam", Engineer = "spiffe://corp.example/eng/alice", Monitor = "spiffe://corp.example/mon/watch";

    private const string Policy = """
        {
          "roles": { "oncall": { "members": ["spiffe://corp.example/eng/*"], "targets": [{}], "allow": ["process.list"] } },
          "denySigners": { "members": ["spiffe://corp.example/sec/*"] }
        }
        """;

    private readonly TestAuthority _authority = new();
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"fleet-{Environment.ProcessId}")).FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<FleetMember> _members = [];
    private readonly List<Task> _running = [];
    private readonly ConcurrentDictionary<string, long> _arrived = new(StringComparer.Ordinal);
    private readonly TextWriter _log;

    private SimulatedFleet() => _log = TextWriter.Synchronized(new StreamWriter(Path.Combine(_folder, "log")) { AutoFlush = true });

    public NatsBus Bus { get; private set; } = null!;

    public IReadOnlyList<string> Hosts { get; private set; } = [];

    /// <summary>As `fleet send` has them: one connection to each node.</summary>
    public IReadOnlyList<FleetBus> AsOperator { get; private set; } = [];

    public FleetBus AsEngineer { get; private set; } = null!;

    public FleetBus AsMonitor { get; private set; } = null!;

    public TextWriter Log => _log;

    /// <summary>When the document came to each host since <see cref="Forget"/>, before anything was judged.</summary>
    public IReadOnlyDictionary<string, long> Arrived => _arrived;

    /// <summary>Writes all files and starts the cluster; nobody is connected yet.</summary>
    public static async Task<SimulatedFleet> StartAsync(int hosts, int senders)
    {
        var fleet = new SimulatedFleet();
        fleet.Hosts = [.. Enumerable.Range(1, hosts).Select(i => string.Create(CultureInfo.InvariantCulture, $"host-{i:0000}"))];
        fleet.Senders = [.. Enumerable.Range(1, senders).Select(i => string.Create(CultureInfo.InvariantCulture, $"sender-{i:00}"))];
        string users = string.Concat(fleet.Hosts.Concat(fleet.Senders).Select(host => $"host {Identity(host)} {host}\n")) + $"engineer {Engineer}\noperator {Operator}\nmonitor {Monitor}\n";
        fleet.Bus = await NatsBus.StartAsync(fleet._authority, users, nodes: 3);
        File.WriteAllText(Path.Combine(fleet._folder, "ca.crt"), fleet._authority.Pem);
        File.WriteAllText(Path.Combine(fleet._folder, "policy.json"), Policy);
        foreach (string host in fleet.Hosts.Concat(fleet.Senders))
            fleet.WriteHost(host);
        fleet.AsOperator = await Task.WhenAll(fleet.Bus.Servers.Select(server => FleetBus.ConnectAsync(fleet.Bus.Settings(fleet._authority.Client(Operator)) with { Servers = [server] }, "operator", TimeSpan.FromSeconds(30), CancellationToken.None)));
        fleet.AsEngineer = await fleet.Bus.ConnectAsync(Engineer, CancellationToken.None);
        fleet.AsMonitor = await fleet.Bus.ConnectAsync(Monitor, CancellationToken.None);
        return fleet;
    }

    /// <summary>Hosts that bring events; they are started apart.</summary>
    public IReadOnlyList<string> Senders { get; private set; } = [];

    public string Folder(string host) => Path.Combine(_folder, host);

    public FleetConfiguration Configuration(string host) => new(
        [.. Bus.Servers], Bus.CaFile, Path.Combine(Folder(host), "bus.crt"), Path.Combine(Folder(host), "bus.key"), Path.Combine(Folder(host), "agent.json"));

    /// <summary>Starts all members at once.</summary>
    public void StartMembers()
    {
        foreach (string host in Hosts)
        {
            FleetMember member = FleetMember.Create(Configuration(host), new StateFolder(Path.Combine(Folder(host), "cursor")), _log, TimeProvider.System);
            _members.Add(member);
            _running.Add(member.RunAsync(_stop.Token));
            _running.Add(NoteAsync(member));
        }
    }

    /// <summary>What one host's judgement of a list takes, alone on a processor.</summary>
    public TimeSpan TimeJudging()
    {
        DocumentKeeper[] keepers = [.. Senders.Select(host => new DocumentKeeper(Configuration(host).LoadAgent(), [], new StateFolder(Path.Combine(Folder(host), "judging")), TimeProvider.System))];
        FleetDocument list = DenyList(1);
        keepers[0].Take(list);
        long start = Stopwatch.GetTimestamp();
        foreach (DocumentKeeper keeper in keepers.Skip(1))
        {
            if (keeper.Take(list) is not { State: DocumentStates.InForce })
                throw new InvalidOperationException("a host did not take the list");
        }
        return Stopwatch.GetElapsedTime(start) / (keepers.Length - 1);
    }

    public int Connected => _members.Count(member => member.Bus.IsConnected);

    public void Forget() => _arrived.Clear();

    /// <summary>A deny list that names one engineer, signed by who may.</summary>
    public FleetDocument DenyList(int version)
    {
        byte[] list = Encoding.UTF8.GetBytes($$"""{ "purpose": "debugrelay deny list", "version": {{version}}, "entries": [{ "identity": "spiffe://corp.example/eng/mallory" }] }""");
        using X509Certificate2 signer = _authority.Client(Operator);
        return new FleetDocument(DocumentKinds.Deny, list, DetachedSignature.Sign(list, ReadOnlyMemory<byte>.Empty, signer, []));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await Task.WhenAll(_running);
        }
        catch (OperationCanceledException)
        {
            // That is how they end.
        }
        foreach (FleetMember member in _members)
            await member.DisposeAsync();
        foreach (FleetBus bus in (FleetBus[])[.. AsOperator, AsEngineer, AsMonitor])
            await bus.DisposeAsync();
        await Bus.DisposeAsync();
        await _log.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        _authority.Dispose();
        _stop.Dispose();
    }

    private static string Identity(string host) => $"spiffe://corp.example/host/{host}";

    private async Task NoteAsync(FleetMember member)
    {
        await foreach ((string _, byte[] _) in member.Bus.ListenAsync(member.Bus.Names.AllDocuments, _stop.Token))
            _arrived.TryAdd(member.Host, Stopwatch.GetTimestamp());
    }

    private void WriteHost(string host)
    {
        string folder = Directory.CreateDirectory(Folder(host)).FullName;
        using X509Certificate2 certificate = _authority.Client(Identity(host));
        File.WriteAllText(Path.Combine(folder, "bus.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "bus.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        // As if agent and broker used every list at once: they are not here, and looking for their word would be most of this process' work.
        foreach (string role in (string[])[LedgerNames.Agent, LedgerNames.Broker])
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "state", role)).FullName, "revocation.json"), """{ "lists": [], "denyVersion": 1000000, "denySha256": "" }""");
        File.WriteAllText(Path.Combine(folder, "agent.json"), $$"""
            {
              "listen": ["127.0.0.1:1"], "certificate": "bus.crt", "key": "bus.key", "clientCa": "../ca.crt", "policy": "../policy.json", "denyList": "deny.json",
              "recordings": "recordings", "state": "state", "spool": "spool", "host": "{{host}}"
            }
            """);
    }
}
