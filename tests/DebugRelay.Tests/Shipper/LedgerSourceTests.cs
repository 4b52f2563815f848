using DebugRelay.Recording;
using DebugRelay.Shipper.Siem;
using DebugRelay.TestSupport;
using Xunit;

namespace DebugRelay.Tests.Shipper;

public sealed class LedgerSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task What_was_not_acknowledged_comes_again_and_what_was_does_not()
    {
        await WriteAsync("s1");
        LedgerSource first = Open();
        IReadOnlyList<AuditEvent> sent = first.Next();
        Assert.Equal(sent, first.Next());
        Assert.Equal(sent.Count, Open().Next().Count);
        first.Acknowledge();
        Assert.Empty(Open().Next());
        await WriteAsync("s2");
        IReadOnlyList<AuditEvent> later = Open().Next();
        Assert.Contains(later, e => e.Message.Contains("session s2 opened", StringComparison.Ordinal));
        Assert.DoesNotContain(later, e => e.Message.Contains("session s1 opened", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ledger_that_was_begun_anew_is_a_gap()
    {
        await WriteAsync("s1");
        LedgerSource source = Open();
        source.Next();
        source.Acknowledge();
        Directory.Delete(Ledger, recursive: true);
        await WriteAsync("s2");
        Assert.Contains("has a gap after 3 entries", Assert.Single(source.Next()).Message, StringComparison.Ordinal);
        source.Acknowledge();
        Assert.Contains(source.Next(), e => e.Message.Contains("session s2 opened", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ledger_that_was_cut_is_told_once()
    {
        await WriteAsync("s1");
        LedgerSource source = Open();
        source.Next();
        source.Acknowledge();
        string file = Path.Combine(Ledger, "ledger.ndjson");
        string first = File.ReadLines(file).First();
        File.WriteAllText(file, first + "\n");
        Assert.Contains("has a gap", Assert.Single(source.Next()).Message, StringComparison.Ordinal);
        source.Acknowledge();
        Assert.Empty(source.Next());
        Assert.Empty(Open().Next());
    }

    public void Dispose() => _folder.Dispose();

    private string Ledger => LedgerNames.Folder(_folder.File("state"), "agent");

    private LedgerSource Open() => new(Ledger, "agent", new Cursor(new StateFolder(_folder.File("cursor")), "file", "agent"), TimeProvider.System);

    private async Task WriteAsync(string session)
    {
        await using HostLedger ledger = await HostLedger.OpenAsync(_folder.File("state"), "agent", "pay-07", "0.1.0", TimeProvider.System);
        await ledger.OpenSessionAsync(session, "spiffe://corp.example/eng/alice", null, null, null);
        await ledger.CloseSessionAsync(session, new LedgerClose("closed", null, null));
    }
}
