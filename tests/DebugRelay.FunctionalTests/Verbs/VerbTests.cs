using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Verbs;

/// <summary>The client as its user runs it: what it prints, and its exit codes.</summary>
public sealed class VerbTests(VerbTests.Fixture fixture) : IClassFixture<VerbTests.Fixture>
{
    private RelayHost Host => fixture.Host;

    private SampleProcess Sample => fixture.Sample;

    [Fact]
    public async Task Whoami_names_the_identity_and_the_roles()
    {
        await using TestProcess client = await Host.RunClientAsync("whoami", "--json");
        Assert.True(client.ExitCode == 0, client.Errors.Text);
        Assert.Contains(RelayHost.Alice, client.Output.Text, StringComparison.Ordinal);
        Assert.Contains("oncall", client.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ps_lists_the_process_and_none_of_our_own()
    {
        await using TestProcess client = await Host.RunClientAsync("ps", "--json");
        Assert.True(client.ExitCode == 0, client.Errors.Text);
        Assert.Contains($"{Sample.Id}", client.Output.Text, StringComparison.Ordinal);
        Assert.Contains("debugrelay-sample", client.Output.Text, StringComparison.Ordinal);
        // Others of this machine may run while their tests do.
        Assert.DoesNotContain($"\"pid\":{Host.Agent.Id},", client.Output.Text, StringComparison.Ordinal);
        Assert.DoesNotContain($"\"pid\":{HostProcesses.BrokerOf(Host)},", client.Output.Text, StringComparison.Ordinal);
        Assert.Contains($"\"pid\":{Sample.Id},", client.Output.Text, StringComparison.Ordinal);
        foreach (string line in client.Output.All)
            JsonDocument.Parse(line).Dispose();
    }

    [Fact]
    public async Task Counters_come_live()
    {
        await using TestProcess client = await Host.RunClientAsync("counters", $"{Sample.Id}", "--duration", "3s", "--json");
        Assert.True(client.ExitCode == 0, client.Errors.Text);
        Assert.Contains("System.Runtime", client.Output.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ps")]
    [InlineData("whoami")]
    public async Task An_expired_certificate_is_said_and_exits_5(string verb)
    {
        using X509Certificate2 expired = Host.Authority.Client(RelayHost.Alice, DateTimeOffset.UtcNow.AddMinutes(-1));
        await using TestProcess client = await Host.RunClientAsync(expired, verb);
        Assert.Equal(5, client.ExitCode);
        Assert.Contains("expired", client.Errors.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_servers_certificate_is_said_and_exits_5()
    {
        using X509Certificate2 server = Host.Authority.ServerAsClient(RelayHost.Alice);
        await using TestProcess client = await Host.RunClientAsync(server, "whoami");
        Assert.Equal(5, client.ExitCode);
        Assert.Contains("client", client.Errors.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_strangers_certificate_is_said_and_exits_5()
    {
        using var stranger = new TestAuthority("Other CA");
        using X509Certificate2 eve = stranger.Client(RelayHost.Alice);
        await using TestProcess client = await Host.RunClientAsync(eve, "whoami");
        Assert.Equal(5, client.ExitCode);
        Assert.Contains("reject", client.Errors.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task No_role_is_said_and_exits_3()
    {
        using X509Certificate2 sales = Host.Authority.Client("spiffe://corp.example/sales/eve");
        await using TestProcess client = await Host.RunClientAsync(sales, "ps");
        Assert.Equal(3, client.ExitCode);
        Assert.Contains("role", client.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_does_not_exist_is_said_and_exits_1()
    {
        await using TestProcess client = await Host.RunClientAsync("trace", "999999999", "-o", Host.Folder.File("none.nettrace"), "--duration", "1s");
        Assert.Equal(1, client.ExitCode);
        Assert.False(File.Exists(Host.Folder.File("none.nettrace")));
    }

    [Fact]
    public async Task An_operation_that_the_policy_does_not_allow_exits_3_and_names_the_rule()
    {
        await using RelayHost host = await RelayHost.StartAsync(RelayHost.Policy("process.list", "counters"));
        await using TestProcess client = await host.RunClientAsync("trace", $"{Sample.Id}", "-o", host.Folder.File("none.nettrace"), "--duration", "1s");
        Assert.Equal(3, client.ExitCode);
        Assert.Contains("allows trace", client.Errors.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(host.Folder.File("none.nettrace")));
        // Refused, and on record.
        await using TestProcess verify = await TestProcess.RunAsync(BuiltPrograms.Client, ["recording", "verify", host.OnlyRecording(), "--ca", host.CaFile]);
        Assert.True(verify.ExitCode == 0, verify.Output.Text + verify.Errors.Text);
        Assert.StartsWith("OK", verify.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_recording_is_found_by_client_and_shell()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using (TestProcess client = await host.RunClientAsync("ps"))
            Assert.Equal(0, client.ExitCode);
        string recording = host.OnlyRecording();
        string segment = Path.Combine(recording, "0000.ndjson");
        string text = File.ReadAllText(segment);
        File.WriteAllText(segment, text.Replace("eng/alice", "eng/mallo", StringComparison.Ordinal));

        await using TestProcess verify = await TestProcess.RunAsync(BuiltPrograms.Client, ["recording", "verify", recording, "--ca", host.CaFile]);
        Assert.Equal(4, verify.ExitCode);
        Assert.StartsWith("TAMPERED", verify.Output.Text, StringComparison.Ordinal);
        File.WriteAllText(segment, text);
        await using TestProcess again = await TestProcess.RunAsync(BuiltPrograms.Client, ["recording", "verify", recording, "--ca", host.CaFile]);
        Assert.Equal(0, again.ExitCode);
    }

    [Fact]
    public async Task No_agent_is_said_and_exits_5()
    {
        using X509Certificate2 alice = Host.Authority.Client(RelayHost.Alice);
        RelayHost.WritePem(Host.Folder, "alone", alice);
        await using TestProcess client = await TestProcess.RunAsync(
            BuiltPrograms.Client, ["whoami", "--host", "127.0.0.1:1", "--cert", Host.Folder.File("alone.crt"), "--key", Host.Folder.File("alone.key"), "--ca", Host.CaFile]);
        Assert.Equal(5, client.ExitCode);
    }

    public sealed class Fixture : IAsyncLifetime
    {
        public RelayHost Host { get; private set; } = null!;

        public SampleProcess Sample { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Host = await RelayHost.StartAsync();
            Sample = await SampleProcess.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Sample.DisposeAsync();
            await Host.DisposeAsync();
        }
    }
}
