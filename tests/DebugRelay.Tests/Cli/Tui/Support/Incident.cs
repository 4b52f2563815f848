using DebugRelay.Cli.ViewModels;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Tests.Cli.Tui.Support;

/// <summary>One bad night, the same each time: what the pictures and the screenshots show.</summary>
internal static class Incident
{
    public const int Api = 2367;
    public const int Worker = 2411;
    public const int Invoices = 2890;

    /// <summary>A client that has looked at the host for a minute.</summary>
    public static async Task<ShellUnderTest> AfterAMinuteAsync(Action<ScriptedSession>? prepare = null)
    {
        var client = new ShellUnderTest(session =>
        {
            Script(session);
            prepare?.Invoke(session);
        });
        client.Relay.Add(Api, "Payments.Api", "payments", TimeSpan.FromHours(74));
        client.Relay.Add(Worker, "Payments.Worker", "payments", TimeSpan.FromHours(74));
        client.Relay.Add(Invoices, "Invoices.Api", "invoices", TimeSpan.FromHours(11.2), "process.list", "counters");
        await client.StartAsync();
        await client.UntilAsync(() => client.Relay.Session.Watched.Count == 3);
        client.Relay.Session.Listener.OnHead();
        for (int second = 0; second < 60; second++)
        {
            Second(client.Relay.Session, second);
            client.Second();
        }
        client.Shell.Mailbox.Drain();
        return client;
    }

    /// <summary>What each process publishes in a second.</summary>
    public static void Second(ScriptedSession session, int second)
    {
        Publish(session, Api, cpu: 20 + (second * 1.1), heap: 900 + (second * 8), gc: 4 + (second / 10), requests: 1400 - (second * 3), exceptions: second > 20 ? 12 : 0, threads: 24 + (second / 2), queue: second > 15 ? (second - 15) * 7 : 0, gen2: second % 6 == 0 ? 1 : 0);
        Publish(session, Worker, cpu: 4, heap: 210, gc: 1, requests: null, exceptions: 0, threads: 22, queue: 0, gen2: 0);
        Publish(session, Invoices, cpu: 11 + (second % 3), heap: 388, gc: 1, requests: 87, exceptions: 0, threads: 31, queue: 0, gen2: 0);
    }

    public static void AddLetter(ScriptedSession session, ShellUnderTest client, string requester, params string[] signers)
        => session.Letters.Add(new AccessLetter(
            "r-5d1f0a", requester, ["dump.heap"], ["pid 2367, start 2367"], "the heap grows, nobody knows of what", "INC-812", TimeSpan.FromMinutes(30), 1,
            client.Clock.GetUtcNow() + TimeSpan.FromHours(23), signers));

    /// <summary>A recording of such a night.</summary>
    public static LibraryEntry Recording()
    {
        var start = new DateTimeOffset(2026, 3, 14, 14, 2, 11, TimeSpan.Zero);
        var story = new RecordedSession
        {
            Session = "4f1c22aa4f1c22aa4f1c22aa4f1c22aa", Host = "pay-07.prod", Identity = "spiffe://corp.example/eng/alice", Roles = ["oncall-payments"], Remote = "10.2.0.14",
            Reason = "checkout is slow", Incident = "INC-812", Opened = start, LastSeen = start.AddMinutes(19), IsClosed = true, CloseCode = "closed", CloseMessage = "closed as asked", Entries = 41,
            Operations =
            [
                Operation(1, "counters", start.AddSeconds(3), 1_200_000, true, "oncall-payments allow counters"),
                Operation(2, "dump.heap", start.AddMinutes(4.5), null, false, "oncall-payments withGrant dump.heap (1)"),
                Operation(3, "trace", start.AddMinutes(5), 41_000_000, true, "oncall-payments allow trace", ("email", 1204), ("bearer", 88), ("creditcard", 3)),
                Operation(4, "dump.heap", start.AddMinutes(7), 412_000_000, true, "grant g-17 by spiffe://corp.example/lead/lea", ("literal", 1_100_000)),
            ],
        };
        return new LibraryEntry(story.Session, story, null, []);
    }

    private static RecordedOperation Operation(ulong number, string name, DateTimeOffset time, long? bytes, bool allowed, string rule, params (string Rule, long Count)[] masked) => new()
    {
        Number = number, Operation = name, Asked = time, Decided = time, Pid = Api, Process = "Payments.Api", Allowed = allowed, Rule = rule, Bytes = bytes,
        RequestSha256 = new string('a', 64), Grant = rule.StartsWith("grant", StringComparison.Ordinal) ? "g-17" : null,
        Scrubbed = masked.ToDictionary(each => each.Rule, each => each.Count),
    };

    private static void Script(ScriptedSession session)
    {
        session.Stacks =
        [
            new StackGroup(41, ["System.Private.CoreLib!System.Threading.Monitor.Wait(object,int)", "Microsoft.Data.SqlClient!DbConnectionPool.TryGetConnection(…)", "Payments.Api!Payments.Ledger.Charge(…)", "Payments.Api!Payments.Checkout.Pay(…)"]),
            new StackGroup(9, ["System.Private.CoreLib!System.Threading.LowLevelLifoSemaphore.Wait(int)", "System.Private.CoreLib!PortableThreadPool+WorkerThread.WorkerThreadStart()"]),
            new StackGroup(1, ["Payments.Api!Payments.Program.Main(String[])"]),
        ];
        session.Live = new SessionList(
            [
                new ListedSession(session.Facts.Session, session.Facts.Identity, session.Facts.NotAfter.AddMinutes(-30), session.Facts.NotAfter, "checkout is slow", "INC-812", [new ListedOperation(1, "counters", Api, "Payments.Api")]),
                new ListedSession("9b0e77c19b0e77c19b0e77c19b0e77c1", "spiffe://corp.example/eng/bob", session.Facts.NotAfter.AddMinutes(-40), session.Facts.NotAfter.AddMinutes(10), "batch is late", null, [new ListedOperation(4, "trace", Worker, "Payments.Worker")]),
            ],
            []);
    }

    private static void Publish(ScriptedSession session, int pid, double cpu, double heap, double gc, double? requests, double exceptions, double threads, double queue, double gen2)
    {
        Runtime("cpu-usage", "CPU Usage", "%", cpu);
        Runtime("working-set", "Working Set", "MB", heap * 1.6);
        Runtime("gc-heap-size", "GC Heap Size", "MB", heap);
        Runtime("time-in-gc", "% Time in GC since last GC", "%", gc);
        Runtime("gen-2-gc-count", "Gen 2 GC Count", "/s", gen2);
        Runtime("exception-count", "Exception Count", "/s", exceptions);
        Runtime("threadpool-thread-count", "ThreadPool Thread Count", "", threads);
        Runtime("threadpool-queue-length", "ThreadPool Queue Length", "", queue);
        if (requests is { } rate)
            session.Count(pid, "Microsoft.AspNetCore.Hosting", "requests-per-second", "Request Rate", "/s", rate);

        void Runtime(string name, string title, string unit, double value) => session.Count(pid, "System.Runtime", name, title, unit, value);
    }
}
