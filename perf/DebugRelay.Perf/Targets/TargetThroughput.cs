using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.NETCore.Client;

namespace DebugRelay.Perf.Targets;

/// <summary>
/// What a default trace takes from a busy process: requests answered while it is traced through the agent, beside a direct local trace and none. All of it, also
/// the one who asks and the engineer's side, is on this machine and takes the processors that there are.
/// </summary>
internal static class TargetThroughput
{
    private const int BufferMegabytes = 256;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(6);

    // The client's profile `cpu`, which it takes where none is named.
    private static readonly EventProvider[] Providers =
        [new("Microsoft-DotNETCore-SampleProfiler", ulong.MaxValue, 4), new("Microsoft-Windows-DotNETRuntime", 0x18019, 4)];

    /// <param name="args">How many rounds, how many ask at once, and a folder with the host's programs as they are published.</param>
    public static async Task RunAsync(string[] args)
    {
        int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5, askers = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 8;
        BuiltPrograms.HostFolder = args.Length > 2 ? Path.GetFullPath(args[2]) : null;
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess shop = await SampleProcess.StartAsync("--rate", "1");
        using X509Certificate2 alice = host.Authority.Client(RelayHost.Alice);
        using var load = new ClosedLoop(shop.Url, askers);
        // What the runtime compiles again when it has seen enough of it.
        await load.CountAsync(Settling + Window);

        Func<Task<double>> untraced = () => MeasureAsync(load, null), direct = () => MeasureAsync(load, () => DirectAsync(shop.Id)), relayed = () => MeasureAsync(load, () => RelayedAsync(host.Port, alice, shop.Id));
        var ratios = new List<(double ToDirect, double ToNone)>();
        Console.WriteLine("| round | no trace, requests/s | direct | through the agent | agent to direct | agent to none |");
        Console.WriteLine("|---|---|---|---|---|---|");
        for (int round = 1; round <= rounds; round++)
        {
            double none = await untraced();
            // Whoever is second finds a warmer machine.
            bool directFirst = round % 2 == 1;
            double first = await (directFirst ? direct : relayed)(), second = await (directFirst ? relayed : direct)();
            (double straight, double through) = directFirst ? (first, second) : (second, first);
            ratios.Add((through / straight, through / none));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {round} | {none:F0} | {straight:F0} | {through:F0} | {through / straight:P1} | {through / none:P1} |"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"agent to direct: median {Median(ratios.Select(r => r.ToDirect)):P1} (goal 98 %), least {ratios.Min(r => r.ToDirect):P1}, most {ratios.Max(r => r.ToDirect):P1}; agent to none: median {Median(ratios.Select(r => r.ToNone)):P1}"));
    }

    /// <summary>Requests a second while a trace runs.</summary>
    private static async Task<double> MeasureAsync(ClosedLoop load, Func<Task<Func<Task>>>? trace)
    {
        Func<Task>? stop = trace is null ? null : await trace();
        await load.CountAsync(Settling);
        double rate = await load.CountAsync(Window);
        if (stop is not null)
            await stop();
        return rate;
    }

    private static async Task<Func<Task>> DirectAsync(int pid)
    {
        EventPipeSession session = await new DiagnosticsClient(pid).StartEventPipeSessionAsync(
            new EventPipeSessionConfiguration(Providers.Select(p => new EventPipeProvider(p.Name, (System.Diagnostics.Tracing.EventLevel)p.Level, (long)p.Keywords)), BufferMegabytes, requestRundown: true), CancellationToken.None);
        Task reading = Task.Run(() => session.EventStream.CopyToAsync(Stream.Null));
        return async () =>
        {
            await session.StopAsync(CancellationToken.None);
            await reading;
            session.Dispose();
        };
    }

    private static async Task<Func<Task>> RelayedAsync(int port, X509Certificate2 certificate, int pid)
    {
        RawSession session = await RawSession.OpenAsync(port, certificate, CancellationToken.None);
        var target = new TargetProcess(pid, HostProcesses.StartTimeOf(pid), "", "", default);
        var parameters = new EventPipeParameters { Providers = Providers, BufferMegabytes = BufferMegabytes, Rundown = true, DurationSeconds = 60 };
        RawClient trace = await session.SendAsync(session.Sign(session.Request("trace", target, parameters)), CancellationToken.None);
        await trace.Reader.ExpectAsync(FrameType.Accepted, CancellationToken.None);
        Task reading = Task.Run(() => ReadToEndAsync(trace));
        return async () =>
        {
            await trace.Writer.WriteAsync(FrameType.Stop, CancellationToken.None);
            await reading;
            await trace.DisposeAsync();
            await session.DisposeAsync();
        };
    }

    private static async Task ReadToEndAsync(RawClient trace)
    {
        while (await trace.Reader.ReadAsync(CancellationToken.None) is { } frame)
        {
            if (frame.Type == FrameType.End)
            {
                OperationEnd end = frame.Read(ProtocolJson.Default.OperationEnd);
                if (end.Partial || end.Events is { LostBlocks: > 0 })
                    throw new InvalidOperationException($"the trace is not whole: {end.Code}, {end.Events?.LostBlocks} blocks lost");
                return;
            }
        }
        throw new InvalidOperationException("the trace has no end");
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
