using System.Text.Json;
using DebugRelay.Recording;
using DebugRelay.Shipper.Siem;
using DebugRelay.Shipper.Siem.Ocsf;
using DebugRelay.TestSupport;
using Xunit;

namespace DebugRelay.Tests.Shipper;

public class LedgerEventsTests
{
    [Fact]
    public async Task Every_kind_of_entry_becomes_events_as_the_schema_has_them()
    {
        using var folder = new TemporaryFolder();
        await using (HostLedger ledger = await HostLedger.OpenAsync(folder.File("state"), "agent", "pay-07", "0.1.0", TimeProvider.System))
        {
            await ledger.OpenSessionAsync("s1", "spiffe://corp.example/eng/alice", "10.0.0.7:4711", "it is \"slow\"\n", "INC-1");
            await ledger.RequestAsync("s1", new LedgerRequest(1, "trace", new string('a', 64)));
            await ledger.DecisionAsync("s1", new LedgerDecision(1, true, null, "rule", 42, "shop", "g-17"));
            await ledger.EndAsync("s1", new LedgerEnd(1, 100, new string('b', 64), false, null));
            await ledger.RequestAsync("s1", new LedgerRequest(2, "dump.heap", new string('a', 64)));
            await ledger.DecisionAsync("s1", new LedgerDecision(2, true, null, "emergency", 42, "shop", null, true));
            await ledger.RequestAsync("s1", new LedgerRequest(null, null, new string('a', 64)));
            await ledger.DecisionAsync("s1", new LedgerDecision(null, false, "bad-request", "the signature does not hold"));
            await ledger.CloseSessionAsync("s1", new LedgerClose("closed", 2, new string('c', 64)));
            await ledger.RecoveredAsync("s0", new LedgerRecovered(1, null, 4));
            await ledger.DeletedAsync("s1", new LedgerDeleted("age", 2, null, 5));
            await ledger.SurfaceAsync(new LedgerSurface("DBG110", "high", "a profiler is loaded", 42, "shop"));
        }
        var events = new LedgerEvents("agent");
        AuditEvent[] all = [.. LedgerReader.ReadEntries(LedgerNames.Folder(folder.File("state"), "agent")).SelectMany(events.Tell), events.Gap(12, DateTimeOffset.UnixEpoch, "cut")];
        foreach (AuditEvent each in all)
        {
            using JsonDocument json = JsonDocument.Parse(each.Json);
            Assert.Empty(OcsfFacts.Problems(json.RootElement));
            Assert.DoesNotContain((byte)'\n', each.Json);
        }
        Assert.Equal([0, 3002, 4014, 3005, 3003, 6003, 6003, 6003, 2004, 6003, 4014, 2004, 6003, 2004, 2004], all.Select(e => e.ClassUid));
        Assert.Contains("break-glass: spiffe://corp.example/eng/alice took dump.heap on shop (42)", all[8].Message, StringComparison.Ordinal);
        Assert.Equal("new debug surface DBG110 on shop (42) on pay-07: a profiler is loaded", all[13].Message);
        Assert.Equal(4, all[13].Severity);
        using JsonDocument decided = JsonDocument.Parse(all[5].Json);
        Assert.Equal("10.0.0.7", decided.RootElement.GetProperty("src_endpoint").GetProperty("ip").GetString());
        Assert.Equal("trace", decided.RootElement.GetProperty("api").GetProperty("operation").GetString());
        Assert.Equal("s1", decided.RootElement.GetProperty("metadata").GetProperty("correlation_uid").GetString());
    }

    [Fact]
    public void Syslog_frames_are_counted_in_octets()
    {
        var each = new AuditEvent(new DateTimeOffset(2026, 11, 25, 1, 2, 3, 456, TimeSpan.Zero), "pay-07", 2004, 5, "m", "agent", System.Text.Encoding.UTF8.GetBytes("{\"a\":\"ä\"}"));
        string frame = System.Text.Encoding.UTF8.GetString(SyslogSender.Frame(each));
        Assert.Equal("74 <106>1 2026-11-25T01:02:03.456Z pay-07 debugrelay - ocsf-2004 - {\"a\":\"ä\"}", frame);
    }
}
