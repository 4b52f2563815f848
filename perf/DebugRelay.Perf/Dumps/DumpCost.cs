using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Dumps;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.NETCore.Client;

namespace DebugRelay.Perf.Dumps;

/// <summary>What a heap dump costs: written by the runtime alone, sanitised and verified, and the whole way through the relay, in one run.</summary>
internal static class DumpCost
{
    private const string Policy = """
        { "roles": { "oncall": { "members": ["spiffe://corp.example/eng/*"], "targets": [{ "process": "*" }], "allow": ["process.list", "dump.heap"], "limits": { "dumps": 9, "bytes": "8GiB" } } } }
        """;

    private static readonly string[] Stages = ["read", "ask", "heap", "facts", "native", "canaries"];

    public static async Task RunAsync(int objects, int rounds)
    {
        using var folder = new TemporaryFolder();
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync(arguments: ["objects", objects.ToString(CultureInfo.InvariantCulture)]);
        string raw = folder.File("raw.dmp");
        (double alone, double stopped) = await TakeAsync(target, () => target.DumpAsync(DumpType.WithHeap, raw, CancellationToken.None));
        double gigabytes = new FileInfo(raw).Length / 1e9;
        Console.WriteLine($"{objects:N0} objects more, {gigabytes:F2} GB; written by the runtime alone in {alone:F1} s, its threads stopped for {stopped:F2} s");
        await SanitiseAsync(raw, folder.File("out.dmp"), gigabytes);
        File.Delete(raw);
        File.Delete(folder.File("out.dmp"));
        await using RelayHost host = await RelayHost.StartAsync(Policy);
        for (int i = 1; i <= rounds; i++)
        {
            (alone, stopped) = await TakeAsync(target, () => target.DumpAsync(DumpType.WithHeap, raw, CancellationToken.None));
            File.Delete(raw);
            Console.WriteLine($"round {i}: the runtime alone {alone:F1} s, stopped for {stopped:F2} s");
            await RelayAsync(host, target, alone, stopped);
        }
    }

    private static async Task RelayAsync(RelayHost host, DumpTargetProcess target, double alone, double stoppedAlone)
    {
        string file = host.Folder.File("relayed.dmp");
        string json = "", times = "";
        (double whole, double stopped) = await TakeAsync(target, async () =>
        {
            await using TestProcess client = host.StartClient(host.Authority.Client(RelayHost.Alice), "dump", $"{target.Id}", "-o", file, "--json");
            using var processors = new ProcessorTimes(("client", client.Id), ("agent", host.Agent.Id), ("broker", HostProcesses.BrokerOf(host)));
            await client.WaitForExitAsync(TimeSpan.FromMinutes(9));
            if (client.ExitCode != 0)
                throw new InvalidOperationException(client.Errors.Text);
            json = client.Output.Text;
            times = string.Join(", ", processors.End().Select(p => $"{p.Key} {p.Value:F1} s"));
        });
        File.Delete(file);
        SortedDictionary<string, double> seconds = JsonDocument.Parse(json).RootElement.GetProperty("end").Deserialize(ProtocolJson.Default.OperationEnd)!.Dump!.Seconds;
        double sanitising = Stages.Sum(s => seconds[s]), verifying = seconds["verify"];
        Console.WriteLine($"  through the relay, from the command to the file: {whole:F1} s, {whole / alone:F1} times the runtime alone; stopped for {stopped:F2} s, {stopped / stoppedAlone:F2} times");
        Console.WriteLine($"  sanitised in {sanitising:F1} s, verified in {verifying:F1} s; delivered, with the start of everything, in {whole - stopped - sanitising - verifying:F1} s; processor time: {times}");
    }

    private static async Task<(double Seconds, double Stopped)> TakeAsync(DumpTargetProcess target, Func<Task> work)
    {
        using var clock = new StopClock(target.Id);
        long start = Stopwatch.GetTimestamp();
        await work();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, clock.Stop());
    }

    private static async Task SanitiseAsync(string raw, string result, double gigabytes)
    {
        using Process worker = Process.Start(new ProcessStartInfo(BuiltPrograms.Find("debugrelay-dumpworker"), ["scrub", raw, result]) { RedirectStandardOutput = true })!;
        long memory = 0;
        Task<string> output = worker.StandardOutput.ReadToEndAsync();
        for (; !worker.HasExited; await Task.Delay(20))
            memory = Math.Max(memory, Anonymous(worker.Id));
        DumpLine last = JsonSerializer.Deserialize((await output).TrimEnd().Split('\n')[^1], ProtocolJson.Default.DumpLine)!;
        if (last.Report is not { } done)
            throw new InvalidOperationException(last.Failure?.Message);
        foreach (string stage in Stages.Append("verify"))
            Console.WriteLine($"  {stage,-10} {done.Seconds[stage],7:F2} s, of processor time {done.Seconds[stage + "-processor"]:F2} s");
        Console.WriteLine($"  masking walk {gigabytes / done.Seconds["heap-processor"]:F2} GB/s of processor time; sanitised in {Stages.Sum(s => done.Seconds[s + "-processor"]):F1} s, verified in {done.Seconds["verify-processor"]:F1} s of it");
        Console.WriteLine($"  anonymous memory of the process that sanitises {memory / 1024} MB; {done.Verified?.Objects:N0} objects");
    }

    private static long Anonymous(int pid)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith("RssAnon:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
