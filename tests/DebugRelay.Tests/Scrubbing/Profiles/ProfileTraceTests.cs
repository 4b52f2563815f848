using System.Diagnostics.Tracing;
using System.IO.Pipelines;
using System.Text;
using DebugRelay.NetTrace;
using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Events;
using DebugRelay.TestSupport.Leaks;
using DebugRelay.TestSupport.NetTrace;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Xunit;

namespace DebugRelay.Tests.Scrubbing.Profiles;

/// <summary>What profiles do to the fields of real events: one trace of this process, scrubbed with one profile after another.</summary>
[Collection(nameof(LeakySource))]
public sealed class ProfileTraceTests : IAsyncLifetime
{
    private byte[] _raw = [];

    public async ValueTask InitializeAsync()
    {
        using var source = new LeakySource();
        var client = new DiagnosticsClient(Environment.ProcessId);
        using var session = await client.StartEventPipeSessionAsync(
            [new EventPipeProvider(LeakySource.Provider, EventLevel.Verbose, -1)], requestRundown: false, circularBufferMB: 16, TestContext.Current.CancellationToken);
        var raw = new MemoryStream();
        var reading = session.EventStream.CopyToAsync(raw, TestContext.Current.CancellationToken);
        source.Typed("order 17 of alice@example.com", 42);
        source.SignIn("alice", "wonder-land-1");
        source.MessageJson("logger", "{\"a\":1}", "signed in: alice of table 5");
        source.Bytes(45, Encoding.UTF8.GetBytes("harmless bytes"));
        source.SelfDescribing("kept text");
        await session.StopAsync(TestContext.Current.CancellationToken);
        await reading;
        _raw = raw.ToArray();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Rules_decide_on_fields_before_the_detectors_do()
    {
        var (events, report) = await ScrubAsync("""
            {
              "rules": [
                { "provider": "DebugRelay-Tests-Leaky", "event": "SignIn", "field": "user", "action": "hash", "name": "user" },
                { "event": "4", "field": "loggerName", "action": "mask", "style": "length" },
                { "event": "MessageJson", "field": "formattedMessage", "action": "truncate", "length": 9 },
                { "event": "Typed", "field": "text", "action": "keep", "search": false },
                { "event": "Typed", "type": "number", "action": "mask", "name": "count" },
                { "field": "Nested.Inner", "action": "drop" },
              ],
            }
            """);

        Assert.Contains("Typed text=order 17 of alice@example.com number=0", events);
        Assert.Contains("MessageJson loggerName=****** argumentsJson={\"a\":1} formattedMessage=signed in", events);
        Assert.Matches("SignIn user=user:k1:[0-9a-f]{16} password=\\[generic-secret\\]", events.Single(e => e.StartsWith("SignIn", StringComparison.Ordinal)));
        var counts = report.Providers[LeakySource.Provider];
        Assert.Equal((1, 1, 1), (counts["user"], counts["count"], counts["generic-secret"]));
        Assert.Equal(4, counts["field"]);
    }

    [Fact]
    public async Task A_value_taken_out_by_a_rule_is_taken_out_of_its_siblings()
    {
        using var source = new LeakySource();
        var (events, _) = await ScrubAsync("""{ "rules": [ { "event": "SelfDescribing", "field": "Text", "action": "hash", "name": "what" } ] }""");

        string seen = events.Single(e => e.StartsWith("SelfDescribing", StringComparison.Ordinal));
        Assert.DoesNotContain("kept text", seen, StringComparison.Ordinal);
        Assert.Equal(2, seen.Split("what:k1:").Skip(1).Select(s => s[..16]).GroupBy(s => s).Single().Count());
    }

    [Fact]
    public async Task A_rule_that_names_just_one_field_outweighs_its_name()
    {
        var (events, _) = await ScrubAsync("""{ "rules": [ { "field": "password", "action": "keep" } ] }""");
        Assert.Contains("SignIn user=alice password=wonder-land-1", events);

        (events, _) = await ScrubAsync("""{ "rules": [ { "field": "pass*", "action": "keep" } ] }""");
        Assert.Contains("SignIn user=alice password=[generic-secret]", events);
    }

    [Fact]
    public async Task Events_are_dropped_and_counted_and_nobody_reads_a_loss()
    {
        var (events, report) = await ScrubAsync("""{ "rules": [ { "event": "Typed", "field": "number", "action": "keep" }, { "event": "Typed", "action": "drop", "name": "noise" } ] }""");

        Assert.DoesNotContain(events, e => e.StartsWith("Typed", StringComparison.Ordinal));
        Assert.Equal(1, report.Providers[LeakySource.Provider]["noise"]);
    }

    [Fact]
    public async Task Bytes_that_are_kept_are_searched_in_both_encodings()
    {
        const int ArrayCode = 19, ByteCode = 6;
        var trace = new TraceBuilder().Head().Trace()
            .Metadata(1, LeakySource.Provider, 9, "Blob", new BuiltField("Data", ArrayCode, Element: ByteCode))
            .Events(Blob(1, Encoding.UTF8.GetBytes("harmless blob")), Blob(2, [0, .. Encoding.Unicode.GetBytes("by alice@example.com")]), Blob(3, Encoding.UTF8.GetBytes("of bob@example.com")))
            .End().ToArray();

        var (kept, _) = await RunAsync("""{ "bytes": "keep" }""", trace);
        Assert.NotEmpty(LeakFinder.Find(kept, "harmless blob"));
        Assert.Empty(LeakFinder.Find(kept, "by alice@example.com"));
        Assert.Empty(LeakFinder.Find(kept, "bob@example.com"));
        var (masked, result) = await RunAsync("{}", trace);
        Assert.Empty(LeakFinder.Find(masked, "harmless blob"));
        Assert.Equal(3, result.Report.Rules["bytes"]);

        static BuiltEvent Blob(int sequence, byte[] content)
            => new(1, [(byte)content.Length, 0, .. content]) { Sequence = sequence, Timestamp = 1_000 + sequence };
    }

    [Fact]
    public async Task Strict_leaves_of_an_unknown_source_its_names_alone()
    {
        var (events, report) = await ScrubAsync("""{ "extends": "strict" }""");

        Assert.Contains("Typed text=[unlisted] number=0", events);
        Assert.Contains("SignIn user=[unlisted] password=[generic-secret]", events);
        Assert.Contains("MessageJson loggerName=[unlisted] argumentsJson=[unlisted] formattedMessage=[unlisted]", events);
        // An event of a manifest with a byte array has no schema: what cannot be read is dropped.
        Assert.DoesNotContain(events, e => e.StartsWith("Bytes", StringComparison.Ordinal));
        Assert.Equal(1, report.Providers[LeakySource.Provider]["unread-event"]);
    }

    [Fact]
    public async Task A_field_on_a_users_list_of_strict_is_kept()
    {
        var (events, _) = await ScrubAsync("""{ "extends": "strict", "rules": [ { "provider": "DebugRelay-Tests-*", "field": "text", "action": "keep" } ] }""");

        Assert.Contains("Typed text=order 17 of [email] number=0", events);
    }

    private async Task<(List<string> Events, ScrubReport Report)> ScrubAsync(string profile)
    {
        var (scrubbed, result) = await RunAsync(profile);
        return (Read(scrubbed), result.Report);
    }

    private async Task<(byte[] Scrubbed, ScrubResult Result)> RunAsync(string json, byte[]? trace = null)
    {
        var scrubbed = new MemoryStream();
        var output = PipeWriter.Create(scrubbed);
        var profile = ScrubProfile.Parse("scrub.json", Encoding.UTF8.GetBytes(json));
        var result = await TraceScrubber.ScrubAsync(PipeReader.Create(new MemoryStream(trace ?? _raw)), output, profile, cancellationToken: TestContext.Current.CancellationToken);
        await output.CompleteAsync();
        Assert.Equal(RewriteState.Complete, result.Summary.State);
        return (scrubbed.ToArray(), result);
    }

    private static List<string> Read(byte[] trace)
    {
        var events = new List<string>();
        using var source = new EventPipeEventSource(new MemoryStream(trace));
        source.Dynamic.All += e =>
        {
            if (e.ProviderName == LeakySource.Provider && e.ID != (TraceEventID)0xFFFE)
            {
                events.Add(e.EventName + string.Concat(e.PayloadNames.Select((n, i) => $" {n}={e.PayloadValue(i)}")));
            }
        };
        source.Process();
        Assert.Equal(0, source.EventsLost);
        return events;
    }
}
