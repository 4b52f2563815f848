using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Pki;

namespace DebugRelay.Cli.Commands.Demo;

/// <summary>A host as it would be in production, on this machine: a PKI, a policy, the agent with its broker.</summary>
internal sealed class DemoHost : IAsyncDisposable
{
    private const string Engineer = "spiffe://demo.example/eng/you";

    // What an on-call engineer of this shop might do, and nothing about any other process of this machine.
    private static readonly string Policy = $$"""
        {
          "roles": {
            "shop-oncall": {
              "members": ["{{Engineer}}"],
              "targets": [{ "process": "debugrelay-sample" }],
              "allow": ["process.list", "process.info", "counters", "trace"]
            }
          }
        }
        """;

    // To look around oneself there is more to do; what needs a grant shows how one is asked for.
    private static readonly string WidePolicy = $$"""
        {
          "roles": {
            "shop-oncall": {
              "members": ["{{Engineer}}"],
              "targets": [{ "process": "debugrelay-sample" }],
              "allow": ["process.list", "process.info", "process.environment", "counters", "trace", "stacks", "gcdump", "logs", "exceptions", "dump.mini", "session.list"],
              "withGrant": { "dump.heap": { "approvers": 1 } }
            }
          },
          "approvers": { "members": ["spiffe://demo.example/lead/*"] }
        }
        """;

    private readonly DemoProcess _agent;

    private DemoHost(DemoProcess agent, ConnectionSettings settings) => (_agent, Settings) = (agent, settings);

    /// <summary>How to connect to it.</summary>
    public ConnectionSettings Settings { get; }

    public IReadOnlyList<string> LastErrors => _agent.LastErrors;

    public static async Task<DemoHost> StartAsync(DemoFolder folder, CancellationToken cancellation, bool wide = false)
    {
        string pki = Path.Combine(folder.Private, "pki");
        MakePki(pki);
        File.Copy(Path.Combine(pki, "ca.crt"), folder.Authority);
        await File.WriteAllTextAsync(Path.Combine(folder.Private, "policy.json"), wide ? WidePolicy : Policy, cancellation);
        string configuration = Path.Combine(folder.Private, "agent.json");
        await File.WriteAllTextAsync(configuration, ConfigurationFor(folder), cancellation);

        (DemoProcess agent, string ready) = await DemoProcess.StartAsync(
            "debugrelay-agent", ["run", "--config", configuration], new Dictionary<string, string>(), cancellation);
        try
        {
            return new DemoHost(agent, new ConnectionSettings(AddressIn(ready), Path.Combine(pki, "you.crt"), Path.Combine(pki, "you.key"), folder.Authority));
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _agent.DisposeAsync();

    private static void MakePki(string folder)
    {
        var authority = new DevelopmentAuthority(folder, TimeProvider.System);
        authority.Init();
        authority.Issue(new CertificateOrder { Name = "agent", ServerNames = [System.Net.Dns.GetHostName(), "localhost", "127.0.0.1"] });
        authority.Issue(new CertificateOrder { Name = "you", Identity = Engineer, Lifetime = TimeSpan.FromHours(1) });
    }

    private static string ConfigurationFor(DemoFolder folder) => $$"""
        {
          "listen": ["127.0.0.1:0"],
          "certificate": "pki/agent.crt",
          "key": "pki/agent.key",
          "clientCa": "pki/ca.crt",
          "crl": ["pki/ca.crl"],
          "policy": "policy.json",
          "scrub": "default",
          "recordings": "{{JsonEncodedText.Encode(folder.Recordings)}}",
          "state": "state",
          "spool": "spool",
          "broker": "spawn"
        }
        """;

    private static AgentAddress AddressIn(string line)
    {
        try
        {
            if (JsonSerializer.Deserialize(line, DemoJson.Default.Listening) is { Addresses: [var address, ..] })
                return AgentAddress.Parse(address);
        }
        catch (JsonException)
        {
            // Told below.
        }
        throw new LocalException("the agent does not say where it listens", $"it said: {line}");
    }

    /// <summary>The agent's line on standard output.</summary>
    /// <param name="Addresses">`ADDRESS:PORT` each.</param>
    internal sealed record Listening([property: System.Text.Json.Serialization.JsonPropertyName("listening")] string[] Addresses);
}
