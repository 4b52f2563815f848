using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.FunctionalTests.Fleet;

/// <summary>A real shipper beside a host's files, and the client that looks at the fleet.</summary>
internal static class FleetHosts
{
    public const string Alice = "spiffe://corp.example/eng/alice", Sam = "spiffe://corp.example/sec/sam", Monitor = "spiffe://corp.example/mon/watch";

    public static string Identity(string host) => $"spiffe://corp.example/host/{host}";

    /// <summary>Users of a bus for these hosts, with an engineer, an operator and a monitor.</summary>
    public static string Users(params string[] hosts) => string.Concat(hosts.Select(host => $"host {Identity(host)} {host}\n")) + $"engineer {Alice}\noperator {Sam}\nmonitor {Monitor}\n";

    /// <summary>Starts a shipper in a folder with an agent.json.</summary>
    public static async Task<TestProcess> StartShipperAsync(NatsBus bus, TemporaryFolder folder, string host, string more = "")
    {
        string configuration = folder.WriteFile("shipper.json", bus.Configure(folder, Identity(host), more));
        TestProcess shipper = TestProcess.Start(BuiltPrograms.Find("debugrelay-shipper"), ["run", "--config", configuration], RelayHost.NoDiagnostics);
        await shipper.WaitForOutputAsync(line => line.Contains("follows", StringComparison.Ordinal));
        return shipper;
    }

    /// <summary>Runs the client against the bus as somebody.</summary>
    public static Task<TestProcess> RunClientAsync(NatsBus bus, TestAuthority authority, TemporaryFolder folder, string identity, params string[] arguments)
    {
        string name = $"client-{Guid.NewGuid():n}";
        using (System.Security.Cryptography.X509Certificates.X509Certificate2 certificate = authority.Client(identity))
            RelayHost.WritePem(folder, name, certificate);
        return TestProcess.RunAsync(BuiltPrograms.Client,
            [.. arguments, "--bus", string.Join(',', bus.Servers), "--ca", bus.CaFile, "--cert", folder.File($"{name}.crt"), "--key", folder.File($"{name}.key")],
            new Dictionary<string, string?>(RelayHost.NoDiagnostics) { ["HOME"] = folder.Path });
    }
}
