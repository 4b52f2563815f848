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

    /// <summary>Exit code 1 where more than one field in 100,000 was masked.</summary>
    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("debugrelay-diet-").FullName;
        try
        {
            await OrdinaryTraces.RecordAsync(folder);
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
