using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using DebugRelay.Fleet;
using DebugRelay.FunctionalTests.Refusals;
using DebugRelay.Policy.Cms;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Fleet;

/// <summary>Deny lists and policies that reach a real host by a real bus.</summary>
public sealed class KillSwitchTests
{
    private const string Policy = """
        {
          "roles": { "oncall": { "members": ["spiffe://corp.example/eng/*"], "targets": [{}], "allow": ["process.list", "process.info", "trace"] } },
          "denySigners": { "members": ["spiffe://corp.example/sec/*"] }
        }
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deny_list_ends_a_live_session_and_its_acknowledgement_says_so()
    {
        Assert.SkipWhen(NatsBus.Program is null, NatsBus.Missing);
        await using RelayHost host = await StartAsync();
        await using NatsBus bus = await NatsBus.StartAsync(host.Authority, FleetHosts.Users("test-host", "gone"), cancellation: Cancellation);
        await using TestProcess shipper = await FleetHosts.StartShipperAsync(bus, host.Folder, "test-host", ", \"seconds\": 1");
        await SeenAsync(bus, "test-host");
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        await using RawSession other = await RawSession.OpenAsync(host.Port, host.Authority.Client("spiffe://corp.example/eng/bob"), Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        await trace.ReadDataAsync(Cancellation);

        // By an engineer, who may not: the host refuses it, whoever sent it.
        DocumentReport refused = await SendAsync(bus, host, 1, FleetHosts.Alice, expected: 1);
        Assert.Equal(0, refused.Acknowledged);
        Assert.Contains("is none of the policy's \"denySigners\"", Assert.Single(refused.Hosts).Why, StringComparison.Ordinal);
        await session.FindAsync(sample.Id, Cancellation);

        DocumentReport sent = await SendAsync(bus, host, 2, FleetHosts.Sam, expected: 0);
        Assert.Equal((1, 1, 1), (sent.Known, sent.Acknowledged, sent.InForce));
        Assert.Null(sent.NotStored);
        await RevocationTests.AssertWithdrawnAsync(session, trace, "the deny list (version 2) names it");
        await other.FindAsync(sample.Id, Cancellation);
        Assert.Equal(ErrorCode.Denied, (await Assert.ThrowsAsync<RefusedException>(() => host.OpenAsync(Cancellation))).Refusal.Code);

        // An older one: the sender is told, and a bus that tells it all the same changes nothing.
        await using (TestProcess older = await RunSendAsync(bus, host, WriteList(host, 1, FleetHosts.Sam)))
            Assert.Contains("the fleet has version 2 of it already", older.Errors.Text, StringComparison.Ordinal);
        await using (FleetBus sam = await bus.ConnectAsync(FleetHosts.Sam, Cancellation))
        {
            await sam.TellAsync(sam.Names.Document(DocumentKinds.Deny), Document(host, 1).ToUtf8(), Cancellation);
            await sam.TellAsync(sam.Names.Document(DocumentKinds.Deny), Document(host, 3).ToUtf8(), Cancellation);
            await sam.FlushAsync(Cancellation);
        }
        await Wait.UntilAsync(() => File.ReadAllText(host.Folder.File("deny.json")).Contains("\"version\": 3", StringComparison.Ordinal), "the newer of both is taken", cancellation: Cancellation);

        // A host that has not: it is known by its record, and named.
        await using (FleetBus gone = await bus.ConnectAsync(FleetHosts.Identity("gone"), Cancellation))
            await gone.StoreAsync(gone.Names.Presence("gone"), Encoding.UTF8.GetBytes("x"), null, Cancellation);
        DocumentReport partly = await SendAsync(bus, host, 4, FleetHosts.Sam, expected: 1, "--for", "2s");
        Assert.Equal((2, 1), (partly.Known, partly.InForce));
        Assert.Equal("gone", Assert.Single(partly.Hosts).Host);
        await using TestProcess status = await FleetHosts.RunClientAsync(bus, host.Authority, host.Folder, FleetHosts.Sam, "fleet", "status");
        Assert.Equal(4, status.ExitCode);
        Assert.Contains("deny version 4: 1 of 2 hosts have it, 1 in force", status.Output.Text, StringComparison.Ordinal);
        Assert.Contains("gone: has version 0", status.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_was_away_catches_up()
    {
        Assert.SkipWhen(NatsBus.Program is null, NatsBus.Missing);
        await using RelayHost host = await StartAsync();
        await using NatsBus bus = await NatsBus.StartAsync(host.Authority, FleetHosts.Users("test-host"), cancellation: Cancellation);
        await using (TestProcess send = await RunSendAsync(bus, host, WriteList(host, 5, FleetHosts.Sam), "--for", "1s"))
            Assert.True(send.ExitCode == 0, send.Errors.Text);
        // The file that was signed is the sender's own; the host's is what the shipper writes.
        await using TestProcess shipper = await FleetHosts.StartShipperAsync(bus, host.Folder, "test-host");
        await Wait.UntilAsync(() => File.Exists(host.Folder.File("deny.json")), "the shipper has written what it found", cancellation: Cancellation);
        await host.Agent.WaitForErrorAsync(line => line.Contains("deny list (version 5)", StringComparison.Ordinal));
        Assert.Equal(ErrorCode.Denied, (await Assert.ThrowsAsync<RefusedException>(() => host.OpenAsync(Cancellation))).Refusal.Code);
    }

    [Fact]
    public async Task A_node_that_dies_at_that_moment_keeps_no_list_from_its_hosts()
    {
        Assert.SkipWhen(NatsBus.Program is null, NatsBus.Missing);
        await using RelayHost host = await StartAsync();
        await using NatsBus bus = await NatsBus.StartAsync(host.Authority, FleetHosts.Users("test-host"), nodes: 3, Cancellation);
        await using TestProcess shipper = await FleetHosts.StartShipperAsync(bus, host.Folder, "test-host", ", \"seconds\": 1");
        await SeenAsync(bus, "test-host");
        await using FleetBus sam = await bus.ConnectAsync(FleetHosts.Sam, Cancellation);
        // Whichever node goes, it may be the host's, the sender's, the bucket's leader: nothing is known of that here, as nothing is there.
        Task<SentDocument> sending = DocumentSender.SendAsync([sam], Document(host, 1), ["test-host"], TimeSpan.FromSeconds(60), Cancellation);
        await bus.KillAsync(0);
        SentDocument sent = await sending;
        Assert.Equal(DocumentStates.InForce, sent.Acknowledged["test-host"].Said.State);
        Assert.True(sent.IsStored, sent.StoreProblem);
        Assert.Contains("\"version\": 1", await File.ReadAllTextAsync(host.Folder.File("deny.json"), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_is_taken_where_the_host_itself_names_who_may_sign_one()
    {
        Assert.SkipWhen(NatsBus.Program is null, NatsBus.Missing);
        await using RelayHost host = await StartAsync();
        await using NatsBus bus = await NatsBus.StartAsync(host.Authority, FleetHosts.Users("test-host"), cancellation: Cancellation);
        string policy = host.Folder.WriteFile("next.json", Policy.Replace("eng/*", "ops/*", StringComparison.Ordinal));
        using (X509Certificate2 sam = host.Authority.Client(FleetHosts.Sam))
            RelayHost.WritePem(host.Folder, "sam", sam);
        await using (TestProcess sign = await TestProcess.RunAsync(BuiltPrograms.Client,
            ["fleet", "policy", policy, "--version", "7", "-o", host.Folder.File("bundle.json"), "--cert", host.Folder.File("sam.crt"), "--key", host.Folder.File("sam.key")]))
            Assert.True(sign.ExitCode == 0, sign.Errors.Text);

        string before = await File.ReadAllTextAsync(host.Folder.File("policy.json"), Cancellation);
        await using (TestProcess shipper = await FleetHosts.StartShipperAsync(bus, host.Folder, "test-host"))
        {
            await SeenAsync(bus, "test-host");
            await using TestProcess send = await RunSendAsync(bus, host, host.Folder.File("bundle.json"));
            Assert.Equal(1, send.ExitCode);
            Assert.Contains("it takes no policy from the fleet", send.Output.Text, StringComparison.Ordinal);
            Assert.Equal(before, await File.ReadAllTextAsync(host.Folder.File("policy.json"), Cancellation));
            shipper.Terminate();
            Assert.Equal(0, await shipper.WaitForExitAsync());
        }
        await using RawSession session = await host.OpenAsync(Cancellation);
        await using TestProcess willing = await FleetHosts.StartShipperAsync(bus, host.Folder, "test-host", ", \"policySigners\": [\"spiffe://corp.example/sec/*\"]");
        SessionClosed closed = await session.Control.ReadClosedAsync(Cancellation);
        Assert.Contains("no role any more", closed.Message, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(policy, Cancellation), await File.ReadAllTextAsync(host.Folder.File("policy.json"), Cancellation));
    }

    /// <summary>It waits for the shortest limit there is, five seconds, to be over.</summary>
    [Fact]
    public async Task A_strict_host_stops_while_the_bus_cannot_be_asked_and_a_lenient_one_carries_on()
    {
        Assert.SkipWhen(NatsBus.Program is null, NatsBus.Missing);
        await using RelayHost host = await StartAsync();
        await using NatsBus bus = await NatsBus.StartAsync(host.Authority, FleetHosts.Users("test-host"), cancellation: Cancellation);
        string kill = host.Folder.File("kill");
        await bus.KillAsync(0);

        // Lenient, which is the default: nothing happens but a line in its log.
        await using (TestProcess lenient = await FleetHosts.StartShipperAsync(bus, host.Folder, "test-host"))
        {
            await lenient.WaitForErrorAsync(line => line.Contains("this host works on alone", StringComparison.Ordinal));
            Assert.False(File.Exists(kill));
        }

        // Strict: closed before it says that it runs, since it never asked.
        await using TestProcess strict = await FleetHosts.StartShipperAsync(bus, host.Folder, "test-host", ", \"cut\": \"stop\", \"cutAfter\": 5");
        Assert.True(File.Exists(kill));
        await Wait.UntilAsync(() => host.Agent.Errors.Text.Contains("the kill file stops everything", StringComparison.Ordinal), "the agent has stopped", cancellation: Cancellation);
        await bus.RestartAsync(0);
        await Wait.UntilAsync(() => !File.Exists(kill), "the bus was asked", cancellation: Cancellation);
        await using RawSession session = await host.OpenAsync(Cancellation);
        DateTimeOffset opened = DateTimeOffset.UtcNow;
        await Wait.UntilAsync(() => Confirmed() > opened.AddSeconds(6), "the bus has been asked for longer than the limit", cancellation: Cancellation);
        Assert.False(File.Exists(kill));
        await host.ServesTheNextAsync(Cancellation);

        await bus.KillAsync(0);
        await Wait.UntilAsync(() => File.Exists(kill), "the bus could not be asked for five seconds", cancellation: Cancellation);
        Assert.Contains("the kill file stops everything", (await session.Control.ReadClosedAsync(Cancellation)).Message, StringComparison.Ordinal);

        // Somebody makes it his own: it stays when the bus is back.
        File.SetLastWriteTimeUtc(kill, DateTime.UtcNow);
        await bus.RestartAsync(0);
        DateTimeOffset back = DateTimeOffset.UtcNow;
        await Wait.UntilAsync(() => Confirmed() > back, "the bus was asked", cancellation: Cancellation);
        Assert.Contains("the bus is back", strict.Errors.Text, StringComparison.Ordinal);
        Assert.True(File.Exists(kill));

        DateTimeOffset Confirmed() => JsonDocument.Parse(File.ReadAllBytes(host.Folder.File("cursor/fleet.documents.json"))).RootElement.GetProperty("confirmed").GetDateTimeOffset();
    }

    private static Task<RelayHost> StartAsync() => RelayHost.StartAsync(Policy, crlUntil: DateTimeOffset.UtcNow.AddHours(1));

    private static async Task SeenAsync(NatsBus bus, string host)
    {
        await using FleetBus alice = await bus.ConnectAsync(FleetHosts.Alice, Cancellation);
        await Wait.ForAsync(async () => (await PresenceReader.ReadAsync(alice, Cancellation)).FirstOrDefault(seen => seen.Host == host), () => $"for {host} on the bus", cancellation: Cancellation);
    }

    private static byte[] List(int version)
        => Encoding.UTF8.GetBytes($$"""{ "purpose": "debugrelay deny list", "version": {{version}}, "entries": [{ "identity": "{{RelayHost.Alice}}" }] }""");

    private static byte[] Sign(RelayHost host, byte[] list, string signer)
    {
        using X509Certificate2 certificate = host.Authority.Client(signer);
        return DetachedSignature.Sign(list, ReadOnlyMemory<byte>.Empty, certificate, []);
    }

    private static FleetDocument Document(RelayHost host, int version) => new(DocumentKinds.Deny, List(version), Sign(host, List(version), FleetHosts.Sam));

    /// <summary>A list on the operator's own machine.</summary>
    private static string WriteList(RelayHost host, int version, string signer)
    {
        string path = host.Folder.File($"sent-{version}.json");
        File.WriteAllBytes(path, List(version));
        File.WriteAllBytes(Path.ChangeExtension(path, ".p7s"), Sign(host, List(version), signer));
        return path;
    }

    private static Task<TestProcess> RunSendAsync(NatsBus bus, RelayHost host, string file, params string[] options)
        => FleetHosts.RunClientAsync(bus, host.Authority, host.Folder, FleetHosts.Sam, ["fleet", "send", file, .. options]);

    private static async Task<DocumentReport> SendAsync(NatsBus bus, RelayHost host, int version, string signer, int expected, params string[] options)
    {
        await using TestProcess send = await RunSendAsync(bus, host, WriteList(host, version, signer), ["--json", .. options]);
        Assert.True(send.ExitCode == expected, send.Output.Text + send.Errors.Text);
        return JsonSerializer.Deserialize<DocumentReport>(send.Output.Text, JsonSerializerOptions.Web)!;
    }

    private sealed record DocumentReport(int Known, int Acknowledged, int InForce, MissingHost[] Hosts, string? NotStored);

    private sealed record MissingHost(string Host, string Why);
}
