using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Perf.Scrubbing;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Perf.Peers;

/// <summary>
/// DebugRelay beside what one would take instead, in one run with one target: a process of which one thread writes events as fast as it can. Rounds alternate, and
/// ratios are taken within a round.
/// </summary>
internal static class PeersComparison
{
    private const int DefaultRounds = 5;
    private const double TraceSeconds = 5;
    private const int Pulls = 100;
    private const double SlowSeconds = 8;
    private const double SlowRate = 10e6;

    /// <param name="args">
    /// Rounds (5), a folder with the host's programs as they are published (and the client's below it, as <c>client</c>), and one to write <c>peers.md</c> and
    /// <c>peers.svg</c> into.
    /// </param>
    public static async Task<int> RunAsync(string[] args)
    {
        if (StunnelPair.Missing is { } missing)
        {
            await Console.Error.WriteLineAsync(missing);
            return 1;
        }
        int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : DefaultRounds;
        BuiltPrograms.HostFolder = args.Length > 1 ? Path.GetFullPath(args[1]) : null;
        BuiltPrograms.ClientFolder = args.Length > 1 && Directory.Exists(Path.Combine(args[1], "client")) ? Path.GetFullPath(Path.Combine(args[1], "client")) : null;
        var report = new Report(args.Length > 2 ? Path.GetFullPath(args[2]) : null);

        using var folder = new TemporaryFolder();
        await using SampleProcess target = await SampleProcess.StartAsync("--burst", "--rate", "1");
        await using StunnelPair stunnel = await StunnelPair.StartAsync(DiagnosticPort.Of(target.Id));
        await using RelayHost host = await RelayHost.StartAsync(TracePaths.Policy, limits: """{ "handshakes": 256, "handshakesPerAddress": 256 }""");
        Usage idle = ProcessTree.Of(host.Agent.Id);
        await TracesAsync(report, new TracePaths(target, stunnel, host), rounds, folder);
        await AnswersAsync(report, target, stunnel, host, idle);
        await CutsAsync(report, target, stunnel, host);
        await SlowlyAsync(report, target, host);
        report.Write();
        return 0;
    }

    private static async Task TracesAsync(Report report, TracePaths paths, int rounds, TemporaryFolder folder)
    {
        IReadOnlyList<TracePath> all = paths.All;
        var traces = all.ToDictionary(path => path.Name, _ => new List<PathTrace>());
        // What the target's runtime compiles again when it has seen enough of it.
        await all[0].TraceAsync(TraceSeconds, folder.File("warm"));
        for (int round = 0; round < rounds; round++)
        {
            foreach (TracePath path in round % 2 == 0 ? all : all.Reverse())
            {
                string file = folder.File(string.Create(CultureInfo.InvariantCulture, $"t{round}"));
                PathTrace trace = await path.TraceAsync(TraceSeconds, file);
                traces[path.Name].Add(trace);
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"{round + 1} {path.Name}: {trace.Bytes / 1e6 / trace.Seconds:0} MB/s, emitted {trace.EmittedPerSecond / 1000:0} k/s, lost {trace.LostShare:P1}, relay {trace.RelayPerGigabyte:0.00} s/GB, with reader {trace.AllPerGigabyte:0.00}, whole {trace.Events.IsWhole}"));
                if (round == 0 && path.Name == TracePaths.Direct)
                    File.Move(file, folder.File("offline.nettrace"));
                foreach (string used in Directory.GetFiles(folder.Path, $"t{round}*"))
                    File.Delete(used);
            }
        }
        report.Traces(traces);
        await OfflineAsync(report, folder);
    }

    /// <summary>The same file through the obvious scrubber and through ours, both on one thread.</summary>
    private static async Task OfflineAsync(Report report, TemporaryFolder folder)
    {
        string file = folder.File("offline.nettrace");
        await using TestProcess obvious = TestProcess.Start(Environment.ProcessPath!, ["peer-scrub", file, "0", "0", folder.File("offline.json")], RelayHost.NoDiagnostics);
        string[] done = (await obvious.WaitForOutputAsync(line => line.StartsWith("done ", StringComparison.Ordinal), TimeSpan.FromMinutes(10))).Split(' ');
        byte[] trace = await File.ReadAllBytesAsync(file);
        for (int i = 0; i < 3; i++)
            ScrubComparison.Scrub(trace);
        report.Offline(trace.Length / double.Parse(done[1], CultureInfo.InvariantCulture), trace.Length / ThreadClock.Seconds(() => ScrubComparison.Scrub(trace)));
    }

    private static async Task AnswersAsync(Report report, SampleProcess sample, StunnelPair stunnel, RelayHost host, Usage idle)
    {
        string socket = DiagnosticPort.Of(sample.Id);
        using X509Certificate2 alice = host.Authority.Client(RelayHost.Alice);
        var target = new TargetProcess(sample.Id, HostProcesses.StartTimeOf(sample.Id), "", "", default);
        foreach ((string name, string path) in new[] { (TracePaths.Direct, socket), (TracePaths.Stunnel, stunnel.Bare), (TracePaths.StunnelSocat, stunnel.WithSocat) })
            report.Answers(name, await Latencies.OfAsync(() => Latencies.ProcessInfo(path)), null, null, await Latencies.OfAsync(() => Latencies.FirstByteAsync(path), 20));

        Times fresh = await Latencies.OfAsync(() => Latencies.NewSessionAsync(host.Port, alice, target));
        await using RawSession session = await RawSession.OpenAsync(host.Port, alice, CancellationToken.None);
        report.Answers(
            "DebugRelay",
            fresh,
            await Latencies.OfAsync(() => Latencies.OpenSessionAsync(session, host.Port, alice, target)),
            await Latencies.OfAsync(() => Latencies.SetUpAsync(host.Port, alice)),
            await Latencies.OfAsync(() => Latencies.FirstByteAsync(session, target), 20));
        report.Handshakes(
            await Latencies.HandshakeCostAsync(host.Agent.Id, () => Latencies.SetUpAsync(host.Port, alice)),
            await Latencies.HandshakeCostAsync(stunnel.Server, () => Latencies.ProcessInfo(stunnel.Bare)),
            idle.Resident);
    }

    private static async Task CutsAsync(Report report, SampleProcess sample, StunnelPair stunnel, RelayHost host)
    {
        using X509Certificate2 alice = host.Authority.Client(RelayHost.Alice);
        await using RawSession session = await RawSession.OpenAsync(host.Port, alice, CancellationToken.None);
        var target = new TargetProcess(sample.Id, HostProcesses.StartTimeOf(sample.Id), "", "", default);
        report.Cuts(Pulls, [
            (TracePaths.Direct, await RelayedPull.CutAsync(DiagnosticPort.Of(sample.Id), Pulls)),
            (TracePaths.Stunnel, await RelayedPull.CutAsync(stunnel.Bare, Pulls)),
            (TracePaths.StunnelSocat, await RelayedPull.CutAsync(stunnel.WithSocat, Pulls)),
            ("DebugRelay", await RelayedPull.CutAsync(session, target, Pulls)),
        ]);
    }

    private static async Task SlowlyAsync(Report report, SampleProcess sample, RelayHost host)
    {
        using X509Certificate2 alice = host.Authority.Client(RelayHost.Alice);
        await using RawSession session = await RawSession.OpenAsync(host.Port, alice, CancellationToken.None);
        var target = new TargetProcess(sample.Id, HostProcesses.StartTimeOf(sample.Id), "", "", default);
        (double fast, _) = await RelayedPull.SlowlyAsync(session, target, SlowSeconds, 0);
        (double slow, OperationEnd end) = await RelayedPull.SlowlyAsync(session, target, SlowSeconds, SlowRate);
        (double fastAgain, _) = await RelayedPull.SlowlyAsync(session, target, SlowSeconds, 0);
        report.Slow(SlowRate, slow, (fast + fastAgain) / 2, end);
    }

    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
