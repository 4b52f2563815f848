using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.TestSupport.Hosts;

/// <summary>A host with the real agent (and its broker and workers) on a free port of loopback, with an authority and folders of its own.</summary>
public sealed class RelayHost : IAsyncDisposable
{
    public const string Alice = "spiffe://corp.example/eng/alice";

    private readonly Dictionary<string, string?> _environment;

    private RelayHost(TemporaryFolder folder, TestAuthority authority, Dictionary<string, string?> environment, TestProcess agent, int port)
    {
        _environment = environment;
        Folder = folder;
        Authority = authority;
        Agent = agent;
        Port = port;
    }

    public TemporaryFolder Folder { get; }

    public TestAuthority Authority { get; }

    public TestProcess Agent { get; private set; }

    /// <summary>Where the agent listens: another one after each start.</summary>
    public int Port { get; private set; }

    public string Recordings => Folder.File("recordings");

    public string CaFile => Folder.File("ca.crt");

    /// <summary>A policy under which engineers may list, describe, count and trace all processes.</summary>
    public static string OpenPolicy => Policy("process.list", "process.info", "counters", "trace");

    /// <summary>A policy under which engineers may do these operations on all processes.</summary>
    public static string Policy(params string[] operations) => $$"""
        {
          // One role for all engineers.
          "roles": {
            "oncall": {
              "members": ["spiffe://corp.example/eng/*"],
              "targets": [{ "process": "*" }],
              "allow": [{{string.Join(", ", operations.Select(o => $"\"{o}\""))}}]
            }
          }
        }
        """;

    /// <summary>Starts a host.</summary>
    /// <param name="policy">Its policy; <see cref="OpenPolicy"/> when null.</param>
    /// <param name="prepare">Changes the files before the agent reads them.</param>
    /// <param name="temporaryFolder">The host's TMPDIR, where it finds targets' sockets first; the test's own when null.</param>
    /// <param name="crlUntil">Whether the host has a revocation list (number 1), and watches a deny list and a kill file; the list is due then.</param>
    /// <param name="limits">The host's limits, as agent.json has them.</param>
    /// <param name="diagnostics">Whether the agent's processes are to have the runtime's own diagnostic port, where they can.</param>
    public static async Task<RelayHost> StartAsync(
        string? policy = null, Action<TemporaryFolder>? prepare = null, string? temporaryFolder = null, DateTimeOffset? crlUntil = null, string? limits = null, bool diagnostics = false)
    {
        var folder = new TemporaryFolder();
        var authority = new TestAuthority();
        string configuration = WriteConfiguration(folder, authority, policy ?? OpenPolicy);
        if (crlUntil is { } until)
            WatchRevocation(folder, authority, until);
        if (limits is not null)
            AddToConfiguration(folder, $"\"limits\": {limits}");
        prepare?.Invoke(folder);
        Dictionary<string, string?> environment = Environment(temporaryFolder, diagnostics);
        try
        {
            (TestProcess agent, int port) = await StartAgentAsync(configuration, environment);
            return new RelayHost(folder, authority, environment, agent, port);
        }
        catch
        {
            authority.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Starts an agent that has ended once more, with the same files.</summary>
    public async Task StartAgainAsync()
    {
        await Agent.WaitForExitAsync();
        await Agent.DisposeAsync();
        (Agent, Port) = await StartAgentAsync(Folder.File("agent.json"), _environment);
    }

    private static async Task<(TestProcess Agent, int Port)> StartAgentAsync(string configuration, Dictionary<string, string?> environment)
    {
        TestProcess agent = TestProcess.Start(BuiltPrograms.Agent, ["run", "--config", configuration], environment);
        try
        {
            string ready = await agent.WaitForOutputAsync(l => l.Contains("listening", StringComparison.Ordinal));
            string address = JsonDocument.Parse(ready).RootElement.GetProperty("listening")[0].GetString()!;
            return (agent, int.Parse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture));
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    private static Dictionary<string, string?> Environment(string? temporaryFolder, bool diagnostics)
    {
        Dictionary<string, string?> environment = diagnostics ? new() { ["DOTNET_EnableDiagnostics"] = "1" } : new(NoDiagnostics);
        if (temporaryFolder is not null)
            environment["TMPDIR"] = temporaryFolder;
        return environment;
    }

    /// <summary>Our own processes have no diagnostic door.</summary>
    public static IReadOnlyDictionary<string, string?> NoDiagnostics { get; } = new Dictionary<string, string?> { ["DOTNET_EnableDiagnostics"] = "0" };

    /// <summary>Writes what an agent needs into a folder.</summary>
    /// <returns>The configuration file.</returns>
    public static string WriteConfiguration(TemporaryFolder folder, TestAuthority authority, string policy)
    {
        using X509Certificate2 certificate = authority.Agent();
        WritePem(folder, "agent", certificate);
        folder.WriteFile("ca.crt", authority.Pem);
        folder.WriteFile("policy.json", policy);
        return folder.WriteFile("agent.json", """
            {
              "listen": ["127.0.0.1:0"],
              "certificate": "agent.crt", "key": "agent.key", "clientCa": "ca.crt",
              "policy": "policy.json", "scrub": "default",
              "recordings": "recordings", "state": "state", "spool": "spool",
              "host": "test-host"
            }
            """);
    }

    /// <summary>Puts a whole file in another's place at once, as who manages a host does.</summary>
    public void Replace(string name, byte[] content)
    {
        File.WriteAllBytes(Folder.File($"{name}.next"), content);
        File.Move(Folder.File($"{name}.next"), Folder.File(name), overwrite: true);
    }

    /// <summary>The same for text.</summary>
    public void Replace(string name, string content) => Replace(name, System.Text.Encoding.UTF8.GetBytes(content));

    private static void WatchRevocation(TemporaryFolder folder, TestAuthority authority, DateTimeOffset until)
    {
        File.WriteAllBytes(folder.File("ca.crl"), authority.RevocationList(1, until));
        AddToConfiguration(folder, "\"crl\": [\"ca.crl\"], \"denyList\": \"deny.json\", \"killFile\": \"kill\"");
    }

    /// <summary>Adds members to agent.json.</summary>
    public static void AddToConfiguration(TemporaryFolder folder, string members)
        => folder.WriteFile("agent.json", File.ReadAllText(folder.File("agent.json")).Replace("\"host\"", $"{members}, \"host\"", StringComparison.Ordinal));

    /// <summary>Writes a certificate and its key as NAME.crt and NAME.key.</summary>
    public static void WritePem(TemporaryFolder folder, string name, X509Certificate2 certificate)
    {
        folder.WriteFile($"{name}.crt", certificate.ExportCertificatePem());
        folder.WriteFile($"{name}.key", KeyOf(certificate));
    }

    /// <summary>A certificate's key, PEM.</summary>
    public static string KeyOf(X509Certificate2 certificate) => certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    /// <summary>Runs the client to its end as Alice.</summary>
    public Task<TestProcess> RunClientAsync(params string[] arguments) => RunClientAsync(Authority.Client(Alice), arguments);

    /// <summary>Runs the client to its end with a certificate.</summary>
    public Task<TestProcess> RunClientAsync(X509Certificate2 certificate, params string[] arguments)
        => TestProcess.RunAsync(BuiltPrograms.Client, ClientArguments(certificate, arguments), ClientEnvironment, TimeSpan.FromSeconds(60));

    /// <summary>Starts the client with a certificate.</summary>
    public TestProcess StartClient(X509Certificate2 certificate, params string[] arguments)
        => TestProcess.Start(BuiltPrograms.Client, ClientArguments(certificate, arguments), ClientEnvironment);

    /// <summary>Runs the client to its end as Alice, over another port than the host's.</summary>
    public Task<TestProcess> RunClientThroughAsync(int port, params string[] arguments)
        => TestProcess.RunAsync(BuiltPrograms.Client, ClientArguments(Authority.Client(Alice), arguments, port), ClientEnvironment, TimeSpan.FromSeconds(90));

    private Dictionary<string, string?> ClientEnvironment => new(NoDiagnostics) { ["DEBUGRELAY_RECEIPTS"] = Folder.File("receipts") };

    /// <summary>The folder of the only session that was recorded.</summary>
    public string OnlyRecording() => Directory.GetDirectories(Recordings).Single();

    public async ValueTask DisposeAsync()
    {
        if (!Agent.HasExited)
            Agent.Terminate();
        await Agent.WaitForExitAsync();
        await Agent.DisposeAsync();
        Authority.Dispose();
        Folder.Dispose();
    }

    private string[] ClientArguments(X509Certificate2 certificate, string[] arguments, int? port = null)
    {
        string name = $"client-{Guid.NewGuid():n}";
        WritePem(Folder, name, certificate);
        return [.. arguments, "--host", $"127.0.0.1:{port ?? Port}", "--cert", Folder.File($"{name}.crt"), "--key", Folder.File($"{name}.key"), "--ca", CaFile];
    }
}
