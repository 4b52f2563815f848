using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Perf.Footprint;

/// <summary>What the host's programs cost a host that asks nothing of them: file, memory, time to start.</summary>
internal static class HostFootprint
{
    private const int Starts = 15;
    private const int Sessions = 300;
    private const int Engineers = 4;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private const string Policy = """
        {
          "roles": {
            "oncall": {
              "members": ["spiffe://corp.example/eng/*"], "targets": [{}], "allow": ["process.list", "process.info"],
              "limits": { "sessions": 100, "session": "2h", "idle": "2h" }
            }
          }
        }
        """;

    /// <param name="programs">A folder with the host's programs as they are published.</param>
    public static async Task RunAsync(string programs)
    {
        BuiltPrograms.HostFolder = Path.GetFullPath(programs);
        foreach (string program in new[] { "agent", "broker", "worker", "dumpworker" })
            Console.WriteLine($"debugrelay-{program,-12} {new FileInfo(Path.Combine(BuiltPrograms.HostFolder, $"debugrelay-{program}")).Length / 1e6:0.0} MB");
        await MeasureStartsAsync();
        await MeasureMemoryAsync();
    }

    private static async Task MeasureStartsAsync()
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority();
        string configuration = RelayHost.WriteConfiguration(folder, authority, Policy);
        RelayHost.AddToConfiguration(folder, "\"broker\": \"broker.sock\"");
        await ReportStartsAsync("agent, to listening", () => UntilListeningAsync(BuiltPrograms.Agent, configuration));
        await ReportStartsAsync("broker, to listening", () => UntilListeningAsync(BuiltPrograms.Broker, configuration));
        string profile = await File.ReadAllTextAsync(Path.Combine(Repository(), "src", "DebugRelay.Scrubbing", "Profiles", "default.json"));
        await ReportStartsAsync("worker, to its profile read, and its end", () => WorkerCheckAsync(profile));
    }

    private static async Task<TimeSpan> UntilListeningAsync(string program, string configuration)
    {
        long start = Stopwatch.GetTimestamp();
        await using TestProcess process = TestProcess.Start(program, ["run", "--config", configuration], RelayHost.NoDiagnostics);
        await process.WaitForOutputAsync(line => line.Contains("listening", StringComparison.Ordinal));
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        process.Terminate();
        await process.WaitForExitAsync();
        return time;
    }

    private static async Task<TimeSpan> WorkerCheckAsync(string profile)
    {
        long start = Stopwatch.GetTimestamp();
        await using TestProcess process = TestProcess.Start(BuiltPrograms.Worker, ["--check", "default"], RelayHost.NoDiagnostics);
        await process.Input.WriteAsync(profile);
        process.Input.Close();
        if (await process.WaitForExitAsync() != 0)
            throw new InvalidOperationException(process.Errors.Text);
        return Stopwatch.GetElapsedTime(start);
    }

    private static async Task ReportStartsAsync(string what, Func<Task<TimeSpan>> start)
    {
        var times = new List<TimeSpan>();
        for (int i = 0; i <= Starts; i++)
            times.Add(await start());
        // The first one reads the file from the disk.
        TimeSpan[] sorted = [.. times.Skip(1).Order()];
        Console.WriteLine($"{what,-42} median {sorted[sorted.Length / 2].TotalMilliseconds:0} ms, least {sorted[0].TotalMilliseconds:0} ms, of {Starts}");
    }

    private static async Task MeasureMemoryAsync()
    {
        await using RelayHost host = await RelayHost.StartAsync(Policy, limits: """{ "sessions": 1000, "connections": 4096, "handshakes": 256, "handshakesPerAddress": 256 }""");
        int broker = HostProcesses.BrokerOf(host);
        await ReportMemoryAsync("idle, no session yet", ("agent", host.Agent.Id), ("broker", broker));

        X509Certificate2[] engineers = [.. Enumerable.Range(0, Engineers).Select(i => host.Authority.Client($"spiffe://corp.example/eng/e{i}", DateTimeOffset.UtcNow.AddHours(2)))];
        var sessions = new List<RawSession>();
        try
        {
            await OpenAsync(sessions, 20);
            Dictionary<string, Memory> before = await ReportMemoryAsync("20 sessions, idle", ("agent", host.Agent.Id), ("broker", broker));
            await OpenAsync(sessions, Sessions);
            Dictionary<string, Memory> after = await ReportMemoryAsync($"{sessions.Count} sessions, idle", ("agent", host.Agent.Id), ("broker", broker));
            foreach ((string name, Memory memory) in after)
                Console.WriteLine($"{name}, each further idle session: {(memory.Resident - before[name].Resident) / Sessions:0} KB");

            await DescribeAsync(sessions[0]);
            await ReportMemoryAsync("after one operation", ("worker", HostProcesses.WorkersOf(broker).Single()));
        }
        finally
        {
            foreach (RawSession session in sessions)
                await session.DisposeAsync();
        }

        async Task OpenAsync(List<RawSession> opened, int count) => await Parallel.ForEachAsync(
            Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, cancellation) =>
            {
                RawSession session = await RawSession.OpenAsync(host.Port, engineers[i % Engineers], cancellation);
                lock (opened)
                    opened.Add(session);
            });
    }

    /// <summary>Asks for the description of a process that is there: this one.</summary>
    private static async Task DescribeAsync(RawSession session)
    {
        var target = new TargetProcess(Environment.ProcessId, HostProcesses.StartTimeOf(Environment.ProcessId), "", "", default);
        await using RawClient info = await session.SendAsync(session.Sign(session.Request("process.info", target)), CancellationToken.None);
        await info.Reader.ExpectAsync(FrameType.Accepted, CancellationToken.None);
        while (await info.Reader.ReadAsync(CancellationToken.None) is { } frame && frame.Type != FrameType.End) { }
    }

    private static async Task<Dictionary<string, Memory>> ReportMemoryAsync(string when, params (string Name, int Pid)[] processes)
    {
        await Task.Delay(Settling);
        var all = new Dictionary<string, Memory>();
        foreach ((string name, int pid) in processes)
        {
            Memory memory = Memory.Of(pid);
            Console.WriteLine($"{when + ": " + name,-42} {memory.Resident / 1000:0.0} MB resident, {memory.Anonymous / 1000:0.0} of it its own");
            all[name] = memory;
        }
        return all;
    }

    private static string Repository([System.Runtime.CompilerServices.CallerFilePath] string here = "")
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));

    /// <summary>Of a process, in KB of 1000 bytes.</summary>
    /// <param name="Resident">With what it shares with others: the program's file above all.</param>
    /// <param name="Anonymous">Without files.</param>
    private sealed record Memory(double Resident, double Anonymous)
    {
        public static Memory Of(int pid)
        {
            string[] status = File.ReadAllLines($"/proc/{pid}/status");
            return new Memory(Read("VmRSS:"), Read("RssAnon:"));

            double Read(string name) => double.Parse(status.Single(l => l.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1.024;
        }
    }
}
