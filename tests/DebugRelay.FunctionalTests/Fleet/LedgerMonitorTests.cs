using System.Text.Json;
using DebugRelay.Recording;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Fleet;

/// <summary>Ledgers of a real host that go to a real bus, and `fleet verify`, which reads them there. Who does wrong has the host's keys and uses our own code.</summary>
public sealed class LedgerMonitorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_that_is_left_out_and_a_chain_that_forks_are_found_and_stay_until_accepted()
    {
        Assert.SkipWhen(NatsBus.Program is null, NatsBus.Missing);
        await using RelayHost host = await RelayHost.StartAsync();
        await using NatsBus bus = await NatsBus.StartAsync(host.Authority, FleetHosts.Users("test-host"), cancellation: Cancellation);
        string ledger = host.Folder.File("state/agent/ledger/ledger.ndjson");
        await using (TestProcess shipper = await FleetHosts.StartShipperAsync(bus, host.Folder, "test-host", ", \"seconds\": 1"))
        {
            await ListProcessesAsync(host);
            // All of it: what is there is on the bus, and nothing is wrong with it.
            long size = 0;
            await VerifyAsync(bus, host, verified => verified.ExitCode == 0 && Sent(host, "agent").Entries == (size = Lines(ledger)) && Sent(host, "broker").Entries > 2 && verified.Output.Text.Contains($"OK: 1 hosts, {size + Sent(host, "broker").Entries} entries", StringComparison.Ordinal));
            await StopAsync(shipper);
        }

        // While nobody carries it away, a session is taken out of the agent's ledger; the broker, whose ledger is another process', has it.
        (long Offset, long Entries) sent = Sent(host, "agent");
        await ListProcessesAsync(host);
        string session = Sessions(ledger)[^1];
        host.Agent.Terminate();
        await host.Agent.WaitForExitAsync();
        await RewriteAsync(host, ledger, sent.Offset);
        await using (TestProcess shipper = await FleetHosts.StartShipperAsync(bus, host.Folder, "test-host", ", \"seconds\": 1"))
        {
            TestProcess found = await VerifyAsync(bus, host, verified => verified.ExitCode == 4, "--json");
            JsonElement finding = Assert.Single(found.Output.All.Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement), each => each.GetProperty("kind").GetString() == "session");
            Assert.Equal(("test-host", "agent"), (finding.GetProperty("host").GetString(), finding.GetProperty("role").GetString()));
            Assert.Contains($"says nothing of session {session}, for which the broker allowed something", finding.GetProperty("what").GetString(), StringComparison.Ordinal);
            await StopAsync(shipper);
        }

        // And now what was sent long ago: its second entry is another.
        string first = File.ReadLines(ledger).First() + "\n";
        await RewriteAsync(host, ledger, System.Text.Encoding.UTF8.GetByteCount(first));
        await using (TestProcess shipper = await FleetHosts.StartShipperAsync(bus, host.Folder, "test-host", ", \"seconds\": 1"))
        {
            await shipper.WaitForErrorAsync(line => line.Contains("the agent's ledger is not the one of which", StringComparison.Ordinal));
            TestProcess found = await VerifyAsync(bus, host, verified => verified.Output.Text.Contains("fork", StringComparison.Ordinal));
            Assert.Equal(4, found.ExitCode);
            Assert.Contains("says another entry 1 at ", found.Output.Text, StringComparison.Ordinal);

            // It is told again, by each run, and to who has never looked before; until somebody has looked into it.
            Assert.Contains("says another entry 1 at ", (await RunAsync(bus, host)).Output.Text, StringComparison.Ordinal);
            await using TestProcess anew = await FleetHosts.RunClientAsync(bus, host.Authority, host.Folder, FleetHosts.Monitor, "fleet", "verify");
            Assert.Contains("says another entry 1 at ", anew.Output.Text, StringComparison.Ordinal);
            TestProcess accepted = await VerifyAsync(bus, host, verified => verified.ExitCode == 0, "--accept", "test-host");
            Assert.Contains("OK: 1 hosts", accepted.Output.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_ledger_that_no_longer_comes_and_a_host_that_is_silent_are_found()
    {
        Assert.SkipWhen(NatsBus.Program is null, NatsBus.Missing);
        await using RelayHost host = await RelayHost.StartAsync();
        await using NatsBus bus = await NatsBus.StartAsync(host.Authority, FleetHosts.Users("test-host"), cancellation: Cancellation);
        await using TestProcess shipper = await FleetHosts.StartShipperAsync(bus, host.Folder, "test-host", ", \"seconds\": 1");
        await ListProcessesAsync(host);
        await VerifyAsync(bus, host, verified => verified.ExitCode == 0);

        // The agent goes on writing a file that nobody else can find.
        string ledger = host.Folder.File("state/agent/ledger/ledger.ndjson");
        File.Move(ledger, ledger + ".hidden");
        await ListProcessesAsync(host);
        // That the session is missing may be found before.
        TestProcess stalled = await VerifyAsync(bus, host, verified => verified.Output.Text.Contains("stall", StringComparison.Ordinal));
        Assert.Equal(4, stalled.ExitCode);
        Assert.Matches(@"test-host\s+agent\s+stall\s+has \d+ entries, and has brought none since", stalled.Output.Text);
        File.Move(ledger + ".hidden", ledger);
        await VerifyAsync(bus, host, verified => verified.ExitCode == 0);

        HostProcesses.Kill(shipper.Id);
        TestProcess silent = await VerifyAsync(bus, host, verified => verified.Output.Text.Contains("was last heard of", StringComparison.Ordinal));
        Assert.Equal(4, silent.ExitCode);
        Assert.Matches(@"test-host\s+-\s+stall\s+was last heard of at", silent.Output.Text);
    }

    [Fact]
    public async Task Who_is_no_monitor_reads_no_ledger()
    {
        Assert.SkipWhen(NatsBus.Program is null, NatsBus.Missing);
        using var authority = new TestAuthority();
        using var folder = new TemporaryFolder();
        await using NatsBus bus = await NatsBus.StartAsync(authority, FleetHosts.Users("test-host"), cancellation: Cancellation);
        await using TestProcess verified = await FleetHosts.RunClientAsync(bus, authority, folder, FleetHosts.Alice, "fleet", "verify");
        Assert.Equal(5, verified.ExitCode);
    }

    private static async Task ListProcessesAsync(RelayHost host)
    {
        await using TestProcess list = await host.RunClientAsync("ps");
        Assert.True(list.ExitCode == 0, list.Errors.Text);
    }

    private static async Task StopAsync(TestProcess shipper)
    {
        shipper.Terminate();
        Assert.Equal(0, await shipper.WaitForExitAsync());
    }

    /// <summary>Cuts the agent's ledger and lets our own code go on from there, with the host's own key.</summary>
    private static async Task RewriteAsync(RelayHost host, string ledger, long length)
    {
        using (FileStream file = File.OpenWrite(ledger))
            file.SetLength(length);
        File.Delete(Path.Combine(Path.GetDirectoryName(ledger)!, "checkpoint"));
        await using HostLedger rewritten = await HostLedger.OpenAsync(host.Folder.File("state"), "agent", "test-host", "1.0", TimeProvider.System);
    }

    private static (long Offset, long Entries) Sent(RelayHost host, string role)
    {
        string cursor = host.Folder.File($"cursor/fleet-ledger.{role}.json");
        if (!File.Exists(cursor))
            return (0, 0);
        JsonElement read = JsonDocument.Parse(File.ReadAllBytes(cursor)).RootElement;
        return (read.GetProperty("offset").GetInt64(), read.GetProperty("entries").GetInt64());
    }

    private static int Lines(string ledger) => File.ReadAllText(ledger).Count(c => c == '\n');

    private static string[] Sessions(string ledger)
        => [.. File.ReadLines(ledger).Select(line => JsonDocument.Parse(line).RootElement).Where(entry => entry.GetProperty("kind").GetString() == "open").Select(entry => entry.GetProperty("session").GetString()!)];

    private static Task<TestProcess> RunAsync(NatsBus bus, RelayHost host, params string[] options)
        => FleetHosts.RunClientAsync(bus, host.Authority, host.Folder, FleetHosts.Monitor, ["fleet", "verify", "--state", host.Folder.File("watch.json"), "--lag", "2s", .. options]);

    private static Task<TestProcess> VerifyAsync(NatsBus bus, RelayHost host, Predicate<TestProcess> wanted, params string[] options)
    {
        string said = "";
        return Wait.ForAsync(
            async () =>
            {
                TestProcess verified = await RunAsync(bus, host, options);
                said = $"{verified.ExitCode}: {verified.Output.Text} {verified.Errors.Text}";
                return wanted(verified) ? verified : null;
            },
            () => $"for the verdict: {said}", cancellation: Cancellation);
    }
}
