using System.Text;
using DebugRelay.Fleet;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using Xunit;

namespace DebugRelay.FunctionalTests.Fleet;

/// <summary>What the configuration of the bus that ships lets whom do, on a real server with real certificates.</summary>
public sealed class BusPermissionTests : IDisposable
{
    private const string Pay = "spiffe://corp.example/host/pay-07", Web = "spiffe://corp.example/host/web-01", Alice = "spiffe://corp.example/eng/alice", Sam = "spiffe://corp.example/sec/sam";
    private const string Users = $"host {Pay} pay-07\nhost {Web} web-01.corp.example\nengineer {Alice}\noperator {Sam}\n";

    private readonly TestAuthority _authority = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_speaks_for_itself_alone_and_a_stranger_not_at_all()
    {
        Assert.SkipWhen(NatsBus.Program is null, NatsBus.Missing);
        await using NatsBus bus = await NatsBus.StartAsync(_authority, Users, cancellation: Cancellation);
        FleetNames names = NatsBus.Names;
        await using FleetBus pay = await bus.ConnectAsync(Pay, Cancellation), web = await bus.ConnectAsync(Web, Cancellation), alice = await bus.ConnectAsync(Alice, Cancellation);
        byte[] word = Encoding.UTF8.GetBytes("word");

        Assert.Equal(1ul, await pay.StoreAsync(names.Presence("pay-07"), word, null, Cancellation));
        Assert.Equal(2ul, await web.StoreAsync(names.Presence("web-01.corp.example"), word, null, Cancellation));

        // As another, of a document, of an engineer; and an engineer of a host. The server says nothing to who may not speak: each waits in vain, all at once.
        await Task.WhenAll(
            Refused(() => pay.StoreAsync(names.Presence("web-01.corp.example"), word, null, Cancellation)),
            Refused(() => pay.StoreAsync(names.Audit("web-01.corp.example", "agent"), word, null, Cancellation)),
            Refused(() => pay.StoreAsync(names.LedgerLines("web-01.corp.example", "agent"), word, null, Cancellation)),
            Refused(() => pay.StoreAsync(names.StoredDocument(DocumentKinds.Deny), word, null, Cancellation)),
            Refused(() => alice.StoreAsync(names.Presence("pay-07"), word, null, Cancellation)),
            // Reading: engineers the hosts, hosts not each other.
            Refused(() => PresenceReader.ReadAsync(pay, Cancellation)),
            Refused(() => alice.SubjectsAsync(names.LedgerStream, Cancellation)),
            Refused(() => pay.MakeStreamsAsync(1, Cancellation)));
        await Wait.UntilAsync(() => bus.Nodes[0].Errors.All.Count(line => line.Contains("Publish Violation", StringComparison.Ordinal)) >= 8, "the server says so", cancellation: Cancellation);
        Assert.Equal(["pay-07", "web-01.corp.example"], (await PresenceReader.ReadAsync(alice, Cancellation)).Select(host => host.Host));

        // A certificate of the same authority that no user bears.
        FleetException stranger = await Assert.ThrowsAsync<FleetException>(
            () => FleetBus.ConnectAsync(bus.Settings(_authority.Client("spiffe://corp.example/host/stranger")), "stranger", TimeSpan.FromSeconds(3), Cancellation));
        Assert.Contains("does not take the connection", stranger.Message, StringComparison.Ordinal);
        await Wait.UntilAsync(() => bus.Nodes[0].Errors.Text.Contains("spiffe://corp.example/host/stranger", StringComparison.Ordinal) || bus.Nodes[0].Errors.Text.Contains("authentication error", StringComparison.Ordinal), "the server says so", cancellation: Cancellation);
    }

    [Fact]
    public async Task Another_authority_is_not_taken_on_either_side()
    {
        Assert.SkipWhen(NatsBus.Program is null, NatsBus.Missing);
        await using NatsBus bus = await NatsBus.StartAsync(_authority, Users, cancellation: Cancellation);
        using var other = new TestAuthority("Other CA");
        using var folder = new TemporaryFolder();
        string otherCa = folder.WriteFile("other.crt", other.Pem);

        await Assert.ThrowsAsync<FleetException>(() => FleetBus.ConnectAsync(bus.Settings(other.Client(Pay)), "forged", TimeSpan.FromSeconds(3), Cancellation));
        await Assert.ThrowsAsync<FleetException>(() => FleetBus.ConnectAsync(bus.Settings(_authority.Client(Pay)) with { Ca = otherCa }, "deceived", TimeSpan.FromSeconds(3), Cancellation));
    }

    [Fact]
    public async Task A_message_that_is_there_already_counts_as_stored()
    {
        Assert.SkipWhen(NatsBus.Program is null, NatsBus.Missing);
        await using NatsBus bus = await NatsBus.StartAsync(_authority, Users, cancellation: Cancellation);
        await using FleetBus pay = await bus.ConnectAsync(Pay, Cancellation);
        byte[] word = Encoding.UTF8.GetBytes("word");
        string subject = NatsBus.Names.Audit("pay-07", "agent");
        ulong first = await pay.StoreAsync(subject, word, "id-1", Cancellation);
        Assert.Equal(first, await pay.StoreAsync(subject, word, "id-1", Cancellation));
        Assert.Equal(first + 1, await pay.StoreAsync(subject, word, "id-2", Cancellation));
    }

    public void Dispose() => _authority.Dispose();

    private static Task<FleetException> Refused(Func<Task> attempt) => Assert.ThrowsAsync<FleetException>(attempt);
}
