using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
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

    /// <param name="args">
    /// Sessions (500), how many of them read live counters (all): each of those has a worker process; and a folder with the host's programs as they are
    /// published, without which those of this build are taken, whose workers compile themselves at each start.
    /// </param>
    public static async Task<int> RunAsync(string[] args)
    {
        int count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 500;
        int reading = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : count;
        BuiltPrograms.HostFolder = args.Length > 2 ? Path.GetFullPath(args[2]) : null;
        await using RelayHost host = await RelayHost.StartAsync(
            Policy, crlUntil: DateTimeOffset.UtcNow.AddHours(2),
            limits: """{ "sessions": 1000, "connections": 8192, "eventPipesPerTarget": 60, "handshakes": 256, "handshakesPerAddress": 256 }""");
        SampleProcess[] targets = await Task.WhenAll(Enumerable.Range(0, Targets).Select(_ => SampleProcess.StartAsync()));
        X509Certificate2[] certificates = [.. Enumerable.Range(0, Engineers).Select(i => host.Authority.Client($"spiffe://corp.example/eng/e{i}", DateTimeOffset.UtcNow.AddHours(2)))];
        var live = new List<LiveSession>();
        try
        {
            var opening = Stopwatch.StartNew();
            await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (i, _) =>
            {
                LiveSession session = await LiveSession.OpenAsync(host.Port, certificates[i % Engineers]);
                lock (live)
                    live.Add(session);
                if (i < reading)
                    await session.ReadCountersAsync(targets[i % Targets].Id);
            });
            // Not before all of them are live: openings that are still under way would be measured too.
            await Task.WhenAll(live.Where(session => session.IsReading).Select(session => session.FlowsAsync())).WaitAsync(TimeSpan.FromMinutes(1));
            Console.WriteLine($"{count} sessions, {reading} of them reading counters of {Targets} processes; opened in {opening.Elapsed.TotalSeconds:0} s");

            Task<Ends>[] ends = [.. live.Select(session => session.EndedAsync())];
            byte[] list = host.Authority.RevocationList(2, revoked: certificates);
            long changed = Stopwatch.GetTimestamp();
            host.Replace("ca.crl", list);
            Ends[] all = await Task.WhenAll(ends).WaitAsync(TimeSpan.FromMinutes(2));
            bool inTime = Report("told of the end", [.. all.Select(each => Stopwatch.GetElapsedTime(changed, each.Told))]);
            if (reading > 0)
                inTime &= Report("stream ended", [.. all.Where(each => each.Stream is not null).Select(each => Stopwatch.GetElapsedTime(changed, each.Stream!.Value))]);
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

    internal static bool Report(string what, TimeSpan[] times)
    {
        Array.Sort(times);
        TimeSpan p99 = times[(int)Math.Ceiling(times.Length * 0.99) - 1];
        Console.WriteLine($"  {what,-34} p50 {times[times.Length / 2].TotalMilliseconds:0} ms, p99 {p99.TotalMilliseconds:0} ms, max {times[^1].TotalMilliseconds:0} ms   (goal: p99 2000 ms)");
        return p99 <= TimeSpan.FromSeconds(2);
    }
}
