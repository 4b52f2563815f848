using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Perf.Revocation;

/// <summary>How long live sessions outlive the revocation of their certificates: real agent, broker, workers and TLS, one change of one file.</summary>
internal static class RevocationTime
{
    private const int Targets = 10;
    private const int Engineers = 10;

    private const string Policy = """
        {
          "roles": {
            "oncall": {
              "members": ["spiffe://corp.example/eng/*"], "targets": [{}], "allow": ["process.list", "counters"],
              "limits": { "sessions": 100, "session": "2h", "idle": "2h" }
            }
          }
        }
        """;

    /// <param name="args">Sessions (500), and how many of them read live counters (all): each of those has a worker process.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        int count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 500;
        int reading = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : count;
        await using RelayHost host = await RelayHost.StartAsync(
            Policy, crlUntil: DateTimeOffset.UtcNow.AddHours(2),
            limits: """{ "sessions": 1000, "connections": 8192, "eventPipesPerTarget": 60, "handshakes": 256, "handshakesPerAddress": 256 }""");
        SampleProcess[] targets = await Task.WhenAll(Enumerable.Range(0, Targets).Select(_ => SampleProcess.StartAsync()));
        X509Certificate2[] certificates = [.. Enumerable.Range(0, Engineers).Select(i => host.Authority.Client($"spiffe://corp.example/eng/e{i}", DateTimeOffset.UtcNow.AddHours(2)))];
        var live = new List<LiveSession>();
        try
        {
            var opening = Stopwatch.StartNew();
            await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
            {
                LiveSession session = await LiveSession.OpenAsync(host.Port, certificates[i % Engineers], i < reading ? targets[i % Targets].Id : null);
                lock (live)
                    live.Add(session);
            });
            Console.WriteLine($"{count} sessions, {reading} of them reading counters of {Targets} processes; opened in {opening.Elapsed.TotalSeconds:0} s");

            Task<TimeSpan[]>[] ends = [.. live.Select(session => session.EndedAsync())];
            byte[] list = host.Authority.RevocationList(2, revoked: certificates);
            LiveSession.Changed = Stopwatch.GetTimestamp();
            host.Replace("ca.crl", list);
            TimeSpan[][] times = await Task.WhenAll(ends).WaitAsync(TimeSpan.FromMinutes(2));
            bool inTime = Report("told of the end", [.. times.Select(t => t[0])]);
            if (reading > 0)
                inTime &= Report("stream ended", [.. times.Where(t => t.Length > 1).Select(t => t[1])]);
            return inTime ? 0 : 1;
        }
        catch (Exception)
        {
            await Console.Error.WriteLineAsync(string.Join('\n', host.Agent.Errors.Text.Split('\n').TakeLast(10)));
            throw;
        }
        finally
        {
            foreach (LiveSession session in live)
                await session.DisposeAsync();
            foreach (SampleProcess target in targets)
                await target.DisposeAsync();
        }
    }

    private static bool Report(string what, TimeSpan[] times)
    {
        Array.Sort(times);
        TimeSpan p99 = times[(int)Math.Ceiling(times.Length * 0.99) - 1];
        Console.WriteLine($"  {what,-16} p50 {times[times.Length / 2].TotalMilliseconds:0} ms, p99 {p99.TotalMilliseconds:0} ms, max {times[^1].TotalMilliseconds:0} ms   (goal: p99 2000 ms)");
        return p99 <= TimeSpan.FromSeconds(2);
    }

    private sealed class LiveSession(RawSession session, RawClient? counters) : IAsyncDisposable
    {
        /// <summary>When the revocation list was replaced.</summary>
        public static long Changed { get; set; }

        public static async Task<LiveSession> OpenAsync(int port, X509Certificate2 certificate, int? pid)
        {
            RawSession session = await RawSession.OpenAsync(port, certificate, CancellationToken.None);
            if (pid is not { } process)
                return new LiveSession(session, null);
            var target = new TargetProcess(process, HostProcesses.StartTimeOf(process), "", "", default);
            var parameters = new EventPipeParameters
            {
                Providers = [new EventProvider("System.Runtime", 0, 0, "EventCounterIntervalSec=1")],
                BufferMegabytes = 1,
                Rundown = false,
            };
            RawClient counters = await session.SendAsync(session.Sign(session.Request("counters", target, parameters)), CancellationToken.None);
            await counters.Reader.ExpectAsync(FrameType.Accepted, CancellationToken.None);
            return new LiveSession(session, counters);
        }

        /// <summary>The times from the change to the word of the end, and to the stream's end where there is one.</summary>
        public async Task<TimeSpan[]> EndedAsync()
        {
            Task<TimeSpan> told = UntilAsync(session.Control, FrameType.SessionClosed);
            return counters is null ? [await told] : await Task.WhenAll(told, UntilAsync(counters, FrameType.Refused));
        }

        public async ValueTask DisposeAsync()
        {
            if (counters is not null)
                await counters.DisposeAsync();
            await session.DisposeAsync();
        }

        private static async Task<TimeSpan> UntilAsync(RawClient client, FrameType last)
        {
            while (await client.Reader.ReadAsync(CancellationToken.None) is { } frame)
            {
                if (frame.Type == last)
                    return Stopwatch.GetElapsedTime(Changed);
                if (frame.Type == FrameType.End)
                    throw new InvalidOperationException("a stream ended as if nothing had happened");
            }
            throw new InvalidOperationException($"a connection ended without {last}");
        }
    }
}
