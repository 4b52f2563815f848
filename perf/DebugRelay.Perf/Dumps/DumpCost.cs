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

    public static async Task RunAsync(int objects)
    {
        using var folder = new TemporaryFolder();
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync(arguments: ["objects", objects.ToString(CultureInfo.InvariantCulture)]);
        string raw = folder.File("raw.dmp");
        double alone = await TimeAsync(() => target.DumpAsync(DumpType.WithHeap, raw, CancellationToken.None));
        double gigabytes = new FileInfo(raw).Length / 1e9;
        Console.WriteLine($"{objects:N0} objects more, {gigabytes:F2} GB; written by the runtime alone in {alone:F1} s");
        await SanitiseAsync(raw, folder.File("out.dmp"), gigabytes);
        File.Delete(raw);
        await using RelayHost host = await RelayHost.StartAsync(Policy);
        double whole = await TimeAsync(async () =>
        {
            await using TestProcess client = host.StartClient(host.Authority.Client(RelayHost.Alice), "dump", $"{target.Id}", "-o", host.Folder.File("relayed.dmp"));
            await client.WaitForExitAsync(TimeSpan.FromMinutes(9));
            if (client.ExitCode != 0)
                throw new InvalidOperationException(client.Errors.Text);
        });
        Console.WriteLine($"through the relay, from the command to the file: {whole:F1} s, {whole / alone:F1} times the runtime alone");
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
        string[] stages = ["read", "ask", "heap", "facts", "native", "canaries"];
        foreach (string stage in stages.Append("verify"))
            Console.WriteLine($"  {stage,-10} {done.Seconds[stage],7:F2} s, of processor time {done.Seconds[stage + "-processor"]:F2} s");
        Console.WriteLine($"  masking walk {gigabytes / done.Seconds["heap-processor"]:F2} GB/s of processor time; sanitised in {stages.Sum(s => done.Seconds[s + "-processor"]):F1} s, verified in {done.Seconds["verify-processor"]:F1} s of it");
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

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        long start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
