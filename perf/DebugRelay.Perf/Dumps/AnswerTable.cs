using System.Diagnostics;
using System.Text.Json;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Dumps;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.NETCore.Client;

namespace DebugRelay.Perf.Dumps;

/// <summary>
/// What the stock `dotnet-dump analyze` answers to each question about a raw dump and about the sanitised one, and which planted secrets are in each type of
/// dump, as tables of Markdown.
/// </summary>
internal static class AnswerTable
{
    /// <summary>Its answer is the same in every dump of a runtime, and short: it tells where one answer ends and the next begins.</summary>
    private const string Separator = "eeversion";

    public static async Task RunAsync(string manifest)
    {
        if (await DebuggerAnswers.UnavailableAsync(manifest) is { } unavailable)
            throw new InvalidOperationException(unavailable);
        using var folder = new TemporaryFolder();
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync();
        string raw = folder.File("raw.dmp"), result = folder.File("out.dmp");
        await target.DumpAsync(DumpType.Full, raw, CancellationToken.None);
        Sanitise(raw, result);
        await CompareAsync(manifest, raw, result);
        Console.WriteLine("\n| type | forms of secrets in the raw dump | places they lie in | left in the sanitised one |\n|---|---|---|---|");
        foreach (DumpType type in Enum.GetValues<DumpType>())
        {
            File.Delete(raw);
            File.Delete(result);
            await target.DumpAsync(type, raw, CancellationToken.None);
            Sanitise(raw, result);
            IReadOnlyList<string> before = SecretSearch.Find(raw, target.Secrets), after = SecretSearch.Find(result, target.Secrets);
            string[] places = [.. before.Select(f => f.Split(' ')[0]).Distinct()];
            Console.WriteLine($"| {type} | {before.Count} | {(places.Length > 15 ? $"{places.Length} of {target.Secrets.Count}" : string.Join(", ", places))} | {after.Count} |");
        }
    }

    private static async Task CompareAsync(string manifest, string raw, string result)
    {
        string exception = await DebuggerAnswers.AddressOfAsync(manifest, raw, "System.ArgumentException");
        string places = await DebuggerAnswers.AddressOfAsync(manifest, raw, "DebugRelay.DumpTarget.Places");
        string[] questions = Questions(places, exception);
        string[][] before = await AskAsync(manifest, raw, questions), after = await AskAsync(manifest, result, questions);
        int equal = 0;
        Console.WriteLine("| question | lines | other lines in the sanitised dump |\n|---|---|---|");
        for (int i = 0; i < questions.Length; i++)
        {
            (string? Raw, string? Result)[] differing =
                [.. Enumerable.Range(0, Math.Max(before[i].Length, after[i].Length)).Select(n => (before[i].ElementAtOrDefault(n), after[i].ElementAtOrDefault(n))).Where(p => p.Item1 != p.Item2)];
            equal += differing.Length == 0 ? 1 : 0;
            string shown = differing.Length == 0 ? "none" : $"{differing.Length}, such as `{differing[0].Result?.Trim()}`";
            string question = questions[i].Replace(places, "ADDRESS", StringComparison.Ordinal).Replace(exception, "EXCEPTION", StringComparison.Ordinal);
            Console.WriteLine($"| `{question}` | {before[i].Length} | {shown} |");
        }
        Console.WriteLine($"\n{equal} of {questions.Length} equal to the last character.");
    }

    private static string[] Questions(string places, string exception) =>
    [
        "clrthreads", "clrstack", "clrstack -all", "clrstack -all -f", "clrstack -all -a", "dumpstackobjects", "parallelstacks", "registers", "threads",
        "dumpheap -stat", "dumpheap -stat -min 1000", "dumpheap -type DumpTarget", "verifyheap", "eeheap", "eeheap -gc", "gcheapstat", "gchandles", "finalizequeue",
        "sizestats", $"gcroot {places}", $"gcroot {exception}", $"gcwhere {places}", $"dumpobj {places}", $"dumpobj {exception}", $"objsize {places}", $"pathto {places} {exception}",
        $"pe {exception}", "threadpool", "syncblk", "dumpasync", "timerinfo", "dumpdomain", "dumpruntimetypes", "clrmodules", "modules", "assemblies",
        "name2ee System.Private.CoreLib.dll System.String", "name2ee debugrelay-dumptarget.dll DebugRelay.DumpTarget.Places", "runtimes",
    ];

    /// <returns>Lines of each answer.</returns>
    private static async Task<string[][]> AskAsync(string manifest, string dump, string[] questions)
    {
        string[] separator = Trim(await DebuggerAnswers.AskAsync(manifest, dump, [Separator]));
        string[] lines = await DebuggerAnswers.AskAsync(manifest, dump, [.. questions.SelectMany(q => (string[])[Separator, q]), Separator]);
        var answers = new List<List<string>>();
        string mark = separator.First(l => l.Contains("mode", StringComparison.Ordinal) || l.Contains('.', StringComparison.Ordinal) && !l.Contains("DUMP", StringComparison.Ordinal));
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].TrimEnd() == mark)
                answers.Add([]);
            else if (answers.Count > 0 && !separator.Contains(lines[i].TrimEnd()))
                answers[^1].Add(lines[i].TrimEnd());
        }
        return answers.Count == questions.Length + 1
            ? [.. answers.Take(questions.Length).Select(a => a.ToArray())]
            : throw new InvalidOperationException($"{answers.Count} answers came to {questions.Length} questions; the last: {string.Join('\n', answers.LastOrDefault() ?? [.. lines.Take(20)])}");
    }

    private static string[] Trim(string[] lines) => [.. lines.Select(l => l.TrimEnd()).Where(l => l.Length > 0)];

    private static void Sanitise(string raw, string result)
    {
        using Process worker = Process.Start(new ProcessStartInfo(BuiltPrograms.Find("debugrelay-dumpworker"), ["scrub", raw, result]) { RedirectStandardOutput = true })!;
        string last = worker.StandardOutput.ReadToEnd().TrimEnd().Split('\n')[^1];
        worker.WaitForExit();
        if (JsonSerializer.Deserialize(last, ProtocolJson.Default.DumpLine)!.Failure is { } failure)
            throw new InvalidOperationException(failure.Message);
    }
}
