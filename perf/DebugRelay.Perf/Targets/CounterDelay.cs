using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Perf.Targets;

/// <summary>
/// How much later a counter's value comes through the relay than to who reads the process itself. Two sessions of one process would differ by up to a tenth of a
/// second whatever lies between, since the runtime empties each one's buffer in a rhythm of its own. So it is one session: this process stands in the target's
/// place, hands on what the host asks and what the target answers, and notes when each byte was there to be read.
/// </summary>
internal static class CounterDelay
{
    /// <param name="args">How many seconds, and a folder with the host's programs as they are published.</param>
    public static async Task RunAsync(string[] args)
    {
        var time = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 60);
        BuiltPrograms.HostFolder = args.Length > 1 ? Path.GetFullPath(args[1]) : null;
        using var folder = new TemporaryFolder();
        await using SampleProcess shop = await SampleProcess.StartAsync();
        using var tap = new Tap(folder.Path, shop.Id);
        await using RelayHost host = await RelayHost.StartAsync(temporaryFolder: folder.Path);
        using X509Certificate2 alice = host.Authority.Client(RelayHost.Alice);
        Arrivals relayed = await ReadAsync(host.Port, alice, time);

        long[] direct = tap.Streams.Select(s => s.TimesOfEvents(Tap.ReplyBytes)).MaxBy(times => times.Length)!, through = relayed.TimesOfEvents(0);
        if (direct.Length != through.Length || direct.Length == 0)
            throw new InvalidOperationException($"{direct.Length} values came out of the process, {through.Length} through the relay");
        Report("all", direct, through, _ => true);
        // The worker has scrubbed nothing before the first ones.
        Report("after the first 2 s", direct, through, at => Stopwatch.GetElapsedTime(direct[0], at) > TimeSpan.FromSeconds(2));
    }

    private static void Report(string which, long[] direct, long[] through, Func<long, bool> counts)
    {
        double[] delays = [.. direct.Zip(through).Where(pair => counts(pair.First)).Select(pair => Stopwatch.GetElapsedTime(pair.First, pair.Second).TotalMilliseconds).Order()];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{which}: {delays.Length} values, later through the relay by: median {At(delays, 0.5):0.00} ms, p90 {At(delays, 0.9):0.00}, p99 {At(delays, 0.99):0.00} (goal 1), most {delays[^1]:0.00}"));
    }

    private static double At(double[] sorted, double part) => sorted[(int)Math.Ceiling(part * sorted.Length) - 1];

    private static async Task<Arrivals> ReadAsync(int port, X509Certificate2 certificate, TimeSpan time)
    {
        var arrivals = new Arrivals();
        await using RawSession session = await RawSession.OpenAsync(port, certificate, CancellationToken.None);
        var target = new TargetProcess(Environment.ProcessId, HostProcesses.StartTimeOf(Environment.ProcessId), "", "", default);
        string[] names = ["System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft-AspNetCore-Server-Kestrel", "System.Net.Http"];
        var parameters = new EventPipeParameters
        {
            Providers = [.. names.Select(name => new EventProvider(name, 0, 2, "EventCounterIntervalSec=1"))], BufferMegabytes = 10, Rundown = false,
        };
        await using RawClient counters = await session.SendAsync(session.Sign(session.Request("counters", target, parameters)), CancellationToken.None);
        await counters.Reader.ExpectAsync(FrameType.Accepted, CancellationToken.None);
        Task stopping = Task.Delay(time).ContinueWith(_ => counters.Writer.WriteAsync(FrameType.Stop, CancellationToken.None).AsTask(), TaskScheduler.Default).Unwrap();
        while (await counters.Reader.ReadAsync(CancellationToken.None) is { } frame && frame.Type != FrameType.End)
        {
            if (frame.Type == FrameType.Data)
                arrivals.Add(System.Buffers.BuffersExtensions.ToArray(frame.Payload));
        }
        await stopping;
        return arrivals;
    }
}
