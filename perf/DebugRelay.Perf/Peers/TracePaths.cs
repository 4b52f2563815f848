using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Identity;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Perf.Peers;

/// <summary>One trace through one path.</summary>
/// <param name="Seconds">From the first byte to the last.</param>
/// <param name="Bytes">Of the file that came out.</param>
/// <param name="Events">What TraceEvent finds in it.</param>
/// <param name="Relay">Processor seconds of what stands between the target and the file, except for a reader that any path needs.</param>
/// <param name="Reader">Processor seconds of that reader; 0 where the relay writes the file itself.</param>
/// <param name="HostMemory">Most bytes of memory on the host's side.</param>
/// <param name="OtherMemory">Most bytes of memory on the engineer's side.</param>
internal sealed record PathTrace(double Seconds, long Bytes, CountedTrace Events, double Relay, double Reader, long HostMemory, long OtherMemory)
{
    public double Gigabytes => Bytes / 1e9;

    public double RelayPerGigabyte => Relay / Gigabytes;

    public double AllPerGigabyte => (Relay + Reader) / Gigabytes;

    public double DeliveredPerSecond => Events.Seconds > 0 ? Events.Delivered / Events.Seconds : 0;

    public double EmittedPerSecond => Events.Seconds > 0 ? Events.Emitted / Events.Seconds : 0;

    public double LostShare => Events.Emitted > 0 ? 1 - (Events.Delivered / (double)Events.Emitted) : 0;
}

/// <summary>A way from the target to a file.</summary>
/// <param name="Name">As the table has it.</param>
/// <param name="TraceAsync">Takes a trace of so many seconds into a file.</param>
internal sealed record TracePath(string Name, Func<double, string, Task<PathTrace>> TraceAsync);

/// <summary>All ways, to the same target.</summary>
internal sealed class TracePaths(SampleProcess target, StunnelPair stunnel, RelayHost host)
{
    public const int BufferMegabytes = 64;
    private const string Provider = "DebugRelay-Sample-Burst:0xFFFFFFFFFFFFFFFF:5";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Engineers may trace, unscrubbed with a grant; no limit that five minutes at full speed reach.</summary>
    public const string Policy = """
        {
          "roles": {
            "oncall": {
              "members": ["spiffe://corp.example/eng/*"], "targets": [{}], "allow": ["process.list", "process.info", "counters", "trace"],
              "withGrant": { "unscrubbed": { "approvers": 1 } },
              "limits": { "session": "2h", "idle": "2h", "sessions": 100, "bytes": "900GiB" }
            }
          },
          "approvers": { "members": ["spiffe://corp.example/lead/*"] }
        }
        """;

    public const string Direct = "direct, the local socket";
    public const string Stunnel = "stunnel ↔ stunnel";
    public const string StunnelSocat = "socat, stunnel ↔ stunnel";
    public const string Obvious = "the obvious scrubber";
    public const string Unscrubbed = "DebugRelay, unscrubbed";
    public const string Scrubbed = "DebugRelay, scrubbed and recorded";

    private readonly string _socket = DiagnosticPort.Of(target.Id);

    public IReadOnlyList<TracePath> All =>
    [
        new(Direct, (seconds, file) => ReadAsync("peer-read", _socket, [], seconds, file)),
        new(Stunnel, (seconds, file) => ReadAsync("peer-read", stunnel.Bare, [.. stunnel.Tunnel], seconds, file)),
        new(StunnelSocat, (seconds, file) => ReadAsync("peer-read", stunnel.WithSocat, [.. stunnel.All], seconds, file)),
        new(Obvious, (seconds, file) => ReadAsync("peer-scrub", _socket, [], seconds, file)),
        new(Unscrubbed, (seconds, file) => RelayAsync(seconds, file, unscrubbed: true)),
        new(Scrubbed, (seconds, file) => RelayAsync(seconds, file, unscrubbed: false)),
    ];

    /// <summary>Runs this program as the reading end.</summary>
    private static async Task<PathTrace> ReadAsync(string verb, string path, int[] relay, double seconds, string file)
    {
        await using TestProcess reader = TestProcess.Start(
            Environment.ProcessPath!, [verb, path, seconds.ToString(CultureInfo.InvariantCulture), $"{BufferMegabytes}", file], RelayHost.NoDiagnostics);
        await reader.WaitForOutputAsync(line => line == "begun");
        var clock = Stopwatch.StartNew();
        Usage before = ProcessTree.Of(relay);
        using var memory = new PeakMemory([.. relay.Take(1)], [.. relay.Skip(1)]);
        string[] done = (await reader.WaitForOutputAsync(line => line.StartsWith("done ", StringComparison.Ordinal), TimeSpan.FromMinutes(3))).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        double elapsed = clock.Elapsed.TotalSeconds, used = ProcessTree.Of(relay).Seconds - before.Seconds;
        await reader.WaitForExitAsync();
        (double own, long peak) = (double.Parse(done[1], CultureInfo.InvariantCulture), long.Parse(done[2], CultureInfo.InvariantCulture));
        // The obvious scrubber is its own reader, and what it read is not what it wrote.
        if (verb == "peer-scrub")
        {
            CountedTrace counted = CountedTrace.Parse(done[3..]);
            return new PathTrace(elapsed, counted.Delivered * BytesOfEvent, counted, own, 0, peak, 0);
        }
        return new PathTrace(elapsed, new FileInfo(file).Length, CountedTrace.Of(file), used, own, memory.Most.Host, memory.Most.Other);
    }

    /// <summary>An event of the burst as it lies in the stream, in bytes.</summary>
    private const int BytesOfEvent = 199;

    /// <summary>Runs the client; the time counts from the first byte in its file.</summary>
    private async Task<PathTrace> RelayAsync(double seconds, string file, bool unscrubbed)
    {
        string output = Path.ChangeExtension(file, ".nettrace"), partial = Path.ChangeExtension(output, ".partial.nettrace");
        string[] how = unscrubbed ? ["--unscrubbed", "--grant", Grant(), "--reason", "measured", "--incident", "INC-1"] : [];
        double endedBefore = ProcessTree.SecondsOfEndedChildren();
        using X509Certificate2 alice = host.Authority.Client(RelayHost.Alice);
        await using TestProcess client = host.StartClient(
            alice, ["trace", $"{target.Id}", "--providers", Provider, "--buffer", $"{BufferMegabytes}", "--duration", seconds.ToString(CultureInfo.InvariantCulture), "-o", output, .. how]);
        await Wait.UntilAsync(() => client.HasExited || (File.Exists(partial) && new FileInfo(partial).Length > 0), "the trace has begun");
        var clock = Stopwatch.StartNew();
        double hostBefore = ProcessTree.Of(host.Agent.Id).Seconds, clientBefore = ProcessTree.SecondsOf(client.Id);
        using var memory = new PeakMemory([host.Agent.Id], [client.Id]);
        if (await client.WaitForExitAsync(TimeSpan.FromMinutes(3)) != 0)
            throw new InvalidOperationException(client.Output.Text + client.Errors.Text);
        double elapsed = clock.Elapsed.TotalSeconds;
        double used = ProcessTree.Of(host.Agent.Id).Seconds - hostBefore + ProcessTree.SecondsOfEndedChildren() - endedBefore - clientBefore;
        var trace = new PathTrace(elapsed, new FileInfo(output).Length, CountedTrace.Of(output), used, 0, memory.Most.Host, memory.Most.Other);
        foreach (string recording in Directory.GetDirectories(host.Recordings))
            DeleteStreams(recording);
        return trace;
    }

    /// <summary>Disk is not what is measured here: what a trace left in the recording goes when the next begins.</summary>
    private static void DeleteStreams(string recording)
    {
        string streams = Path.Combine(recording, "streams");
        if (Directory.Exists(streams))
            Directory.Delete(streams, recursive: true);
    }

    private string Grant()
    {
        byte[] document = new GrantDocument
        {
            Id = $"g{Guid.NewGuid():n}",
            Scope = new GrantScope
            {
                Requester = PeerIdentity.TryParse(RelayHost.Alice, out PeerIdentity? alice, out string problem) ? alice : throw new InvalidOperationException(problem),
                Hosts = ["test-host"],
                Processes = [GrantProcess.One(target.Id, HostProcesses.StartTimeOf(target.Id))],
                Operations = ["trace", "unscrubbed"],
                Reason = "measured",
                Incident = "INC-1",
            },
            NotBefore = Now().AddMinutes(-5),
            NotAfter = Now().AddHours(2),
            RequestSha256 = new string('a', 64),
        }.ToUtf8();
        using X509Certificate2 lea = host.Authority.Approver("spiffe://corp.example/lead/lea");
        File.WriteAllBytes(host.Folder.File("grant.json"), document);
        File.WriteAllBytes(host.Folder.File("grant.p7s"), DetachedSignature.Sign(document, ReadOnlyMemory<byte>.Empty, lea, []));
        return host.Folder.File("grant.json");
    }

    private static DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    /// <summary>The most memory that processes had, looked at again and again.</summary>
    private sealed class PeakMemory : IDisposable
    {
        private readonly Timer _timer;

        public PeakMemory(int[] host, int[] other) => _timer = new Timer(_ => Most = (Math.Max(Most.Host, ProcessTree.Of(host).Resident), Math.Max(Most.Other, ProcessTree.Of(other).Resident)), null, TimeSpan.Zero, Look);

        public (long Host, long Other) Most { get; private set; }

        public void Dispose() => _timer.Dispose();
    }
}
