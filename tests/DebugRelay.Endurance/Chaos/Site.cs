using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Endurance.Chaos;

/// <summary>What the faults befall: one host, and one process that is looked at. What a fault has ended is there anew after it.</summary>
internal sealed class Site : IAsyncDisposable
{
    /// <summary>Longer than any run by hand.</summary>
    private static readonly TimeSpan Validity = TimeSpan.FromDays(2);

    private const string Policy = """
        {
          "roles": {
            "oncall": {
              "members": ["spiffe://corp.example/eng/*"], "targets": [{}], "allow": ["process.list", "process.info", "counters", "trace"],
              // A fault's sessions take a while to end: they must not keep the next client out.
              "limits": { "sessions": 50 }
            }
          }
        }
        """;

    private int _revocations = 1;

    private Site(TemporaryFolder temporary, RelayHost host, SampleProcess target) => (Temporary, Host, Target) = (temporary, host, target);

    /// <summary>The host's TMPDIR, which nobody else uses.</summary>
    public TemporaryFolder Temporary { get; }

    public RelayHost Host { get; }

    public SampleProcess Target { get; private set; }

    /// <summary>The next number of a revocation list.</summary>
    public int NextRevocation() => ++_revocations;

    public static async Task<Site> StartAsync()
    {
        var temporary = new TemporaryFolder();
        RelayHost host = await RelayHost.StartAsync(Policy, temporaryFolder: temporary.Path, crlUntil: DateTimeOffset.UtcNow + Validity);
        var site = new Site(temporary, host, await SampleProcess.StartAsync());
        await site.ChangeCertificateAsync();
        return site;
    }

    /// <summary>Starts another target in the place of one that has ended.</summary>
    public async Task StartTargetAgainAsync()
    {
        await Target.DisposeAsync();
        Target = await SampleProcess.StartAsync();
    }

    /// <summary>Gives the agent another certificate, and waits until it shows it.</summary>
    public async Task ChangeCertificateAsync()
    {
        using var next = Host.Authority.Agent(DateTimeOffset.UtcNow + Validity);
        Host.Replace("agent.key", RelayHost.KeyOf(next));
        Host.Replace("agent.crt", next.ExportCertificatePem());
        await Wait.ForAsync(async () =>
        {
            await using RawClient client = await RawClient.GreetAsync(Host.Port, Host.Authority.Client(RelayHost.Alice), CancellationToken.None);
            return client.ServerThumbprint == next.Thumbprint ? "" : null;
        }, () => "for the agent to show its new certificate");
    }

    /// <summary>The broker; waits for one that is just being started.</summary>
    public async Task<int> BrokerAsync()
    {
        int? broker = null;
        await Wait.UntilAsync(() => (broker = HostProcesses.FindBrokerOf(Host.Agent.Id)) is not null, "the agent has a broker");
        return broker!.Value;
    }

    /// <summary>Leaves the host's files where they are, with what the agent had to say.</summary>
    /// <returns>Where.</returns>
    public string Keep()
    {
        Host.Folder.IsKept = true;
        Host.Folder.WriteFile("agent.log", Host.Agent.Errors.Text);
        return Host.Folder.Path;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Target.DisposeAsync();
        Temporary.Dispose();
    }
}
