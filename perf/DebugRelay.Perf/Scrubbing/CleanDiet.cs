using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using DebugRelay.NetTrace;
using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Events;

namespace DebugRelay.Perf.Scrubbing;

/// <summary>
/// False alarms on ordinary framework events: traces of real processes that hold nothing private, a build and a web server with its client, with
/// garbage collection, JIT, loader and rundown. What is masked in them is a false alarm.
/// </summary>
internal static class CleanDiet
{
    private const double Allowed = 1e-5;
    private const string Providers = "Microsoft-Extensions-Logging:-1:5,Microsoft-Windows-DotNETRuntime:0x4C14FCCBD:5,Microsoft-Windows-DotNETRuntimePrivate:0x4002000B:5,System.Threading.Tasks.TplEventSource:-1:5,"
        + "Microsoft-Build:-1:5,System.Net.Http:-1:5,Microsoft-AspNetCore-Server-Kestrel:-1:5,Microsoft-DotNETCore-SampleProfiler:0:5";

    /// <summary>Exit code 1 where more than one field in 100,000 was masked.</summary>
    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("debugrelay-diet-").FullName;
        try
        {
            await RunAsync(folder, "dotnet", ["new", "classlib", "-o", "lib", "--no-restore"], traced: false);
            await RunAsync(folder, "dotnet", ["build", "lib", "-nodeReuse:false", "-p:UseSharedCompilation=false"], traced: true);
            await RunAsync(folder, Environment.ProcessPath!, ["serve"], traced: true);
            Console.WriteLine("| trace | MB | events | string fields | masked | by rule |");
            Console.WriteLine("|---|---|---|---|---|---|");
            long fields = 0, masked = 0;
            foreach (var file in new DirectoryInfo(folder).GetFiles("*.nettrace").OrderBy(f => f.LastWriteTimeUtc))
            {
                var (count, found) = Scrub(await File.ReadAllBytesAsync(file.FullName));
                fields += count;
                masked += found;
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{masked} of {fields} string fields, {100_000.0 * masked / fields:F2} in 100,000; goal: 1"));
            return masked <= fields * Allowed ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(string folder, string program, string[] arguments, bool traced)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        if (traced)
        {
            start.Environment["DOTNET_EnableEventPipe"] = "1";
            start.Environment["DOTNET_EventPipeConfig"] = Providers;
            start.Environment["DOTNET_EventPipeOutputPath"] = Path.Combine(folder, "{pid}.nettrace");
            start.Environment["DOTNET_EventPipeCircularMB"] = "256";
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} failed: {output}{await errors}");
        }
    }

    private static (long Fields, long Masked) Scrub(byte[] trace)
    {
        var filter = new CountingFilter(new TraceScrubber(ScrubProfile.Default));
        var summary = NetTraceRewriter.RewriteAsync(PipeReader.Create(new MemoryStream(trace)), PipeWriter.Create(Stream.Null), filter).GetAwaiter().GetResult();
        var rules = filter.Inner.Report.Rules.Where(r => r.Key != "bytes").ToDictionary();
        var state = summary.State == RewriteState.Complete ? "" : $" ({summary.State})";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {filter.Process}{state} | {trace.Length / 1e6:F0} | {summary.Counts.EventsIn} | {filter.Texts} | {rules.Values.Sum()} | {string.Join(", ", rules.Select(r => $"{r.Key} {r.Value}"))} |"));
        foreach (var masked in filter.Masked.Take(10))
        {
            Console.Error.WriteLine($"  masked: {masked}");
        }

        return (filter.Texts, rules.Values.Sum());
    }

    /// <summary>Counts the string fields, and notes what the scrubber changed in them.</summary>
    private sealed class CountingFilter(TraceScrubber inner) : ITraceFilter
    {
        public TraceScrubber Inner => inner;

        public long Texts { get; private set; }

        /// <summary>The program that was traced.</summary>
        public string Process { get; private set; } = "";

        public List<string> Masked { get; } = [];

        public EventAction Plan(EventType type) => inner.Plan(type);

        public EventAction Visit(EventType type, ref EventFields fields)
        {
            var before = inner.Report.Total;
            for (var i = 0; i < fields.Count; i++)
            {
                Texts += fields[i].Kind == EventFieldKind.Text ? 1 : 0;
                if (Process.Length == 0 && fields[i].Kind == EventFieldKind.Text && fields[i].Name == "CommandLine")
                {
                    Process = string.Join(' ', fields.Text(i).ToString().Split(' ').Select(Path.GetFileName).Take(3));
                }
            }

            var texts = Masked.Count < 10 ? Snapshot(ref fields) : null;
            var action = inner.Visit(type, ref fields);
            if (inner.Report.Total > before && texts is not null)
            {
                Masked.Add($"{type.Provider}/{type.EventId}: {texts}");
            }

            return action;
        }

        public string VisitText(StreamText place, string name, string text) => inner.VisitText(place, name, text);

        private static string Snapshot(ref EventFields fields)
        {
            var texts = new List<string>();
            for (var i = 0; i < fields.Count; i++)
            {
                if (fields[i].Kind == EventFieldKind.Text)
                {
                    texts.Add($"{fields[i].Name}={fields.Text(i)}");
                }
            }

            return string.Join(" | ", texts);
        }
    }
}
