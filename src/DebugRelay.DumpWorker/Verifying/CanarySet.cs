using System.Text;
using DebugRelay.DumpWorker.Elf;
using DebugRelay.DumpWorker.Heap;
using DebugRelay.DumpWorker.Regions;

namespace DebugRelay.DumpWorker.Verifying;

/// <summary>The texts that must not be in the result: the process's arguments and environment, and a sample of its strings.</summary>
internal static class CanarySet
{
    private const int Shortest = 8;

    /// <summary>A shorter word stands in other places by chance.</summary>
    private const int ShortestWord = 12;

    private const int Window = 1024 * 1024;
    private const ulong AuxRandom = 25;

    /// <summary>Arguments and environment take 128 KiB each at most, as Linux has it; together they rarely take one.</summary>
    private const int ArgumentBytes = 4 * 1024 * 1024;

    /// <summary>Values of arguments and of the environment, read where the kernel put them.</summary>
    public static IEnumerable<string> OfStart(CoreFile core)
    {
        if (core.Notes.Auxiliary.GetValueOrDefault(AuxRandom) is not (> 0 and var random))
            yield break;
        string text = Encoding.UTF8.GetString(core.Memory(random + 16, ArgumentBytes));
        foreach (string word in text.Split('\0').Where(w => w.Length >= Shortest))
        {
            yield return word;
            if (word.IndexOf('=', StringComparison.Ordinal) is >= 0 and var equals && word.Length - equals > Shortest)
                yield return word[(equals + 1)..];
        }
    }

    /// <summary>
    /// Words that lie in the process's own memory outside the managed heap (stacks, what lies below them, native memory) and are of no name: a random
    /// sample. It shares nothing with the rules by which memory is copied, so it finds what these let through.
    /// </summary>
    public static IEnumerable<string> OfMemory(CoreFile core, MemoryMap map, KnownNames names)
    {
        var stacks = new StringSample(DumpLimits.MemoryCanaries);
        var others = new StringSample(DumpLimits.MemoryCanaries);
        long budget = DumpLimits.SampledMemory;
        foreach (CoreSegment segment in core.Segments.ToArray().Where(s => s.IsWritable))
        {
            foreach (RuledRange range in map.Within(segment.Address, segment.End).Where(r => r.Rule is MemoryRule.Stack or MemoryRule.DeadStack or MemoryRule.Recorded or MemoryRule.Nothing))
            {
                bool isStack = range.Rule is MemoryRule.Stack or MemoryRule.DeadStack;
                budget -= isStack ? 0 : (long)(range.End - range.Start);
                if (isStack || budget > 0)
                    Offer(core, range, names, isStack ? stacks : others);
            }
        }
        return stacks.Kept.Concat(others.Kept);
    }

    private static void Offer(CoreFile core, RuledRange range, KnownNames names, StringSample sample)
    {
        for (ulong at = range.Start; at < range.End; at += Window)
        {
            ReadOnlySpan<byte> bytes = core.Memory(at, (int)Math.Min(Window, range.End - at));
            foreach (TextRun run in new TextRuns(bytes))
            {
                string text = (run.Step == 1 ? Encoding.ASCII : Encoding.Unicode).GetString(bytes.Slice(run.Start, run.Length * run.Step));
                foreach ((int start, int length) in KnownNames.WordsOf(text))
                {
                    ReadOnlySpan<char> word = text.AsSpan(start, length);
                    if (length >= ShortestWord && !names.IsPublic(word) && word[..ShortestWord].IndexOfAnyExcept(word[0]) >= 0)
                        sample.OfferWord(word);
                }
            }
        }
    }

    /// <summary>Leaves out what stands in the dump for everybody: in the constants of programs, in the paths of their files, among literals.</summary>
    public static string[] WithoutPublic(CoreFile core, IEnumerable<string> texts, TextSearchRanges publicRanges)
    {
        string[] paths = [.. core.Notes.Mappings.Select(m => m.Path).Distinct()];
        string[] left = [.. texts.Distinct().Where(t => !paths.Any(p => p.Contains(t, StringComparison.Ordinal) || t.Contains(p, StringComparison.Ordinal)))];
        var search = new TextSearch(left, plainOnly: true);
        foreach ((ulong start, ulong end) in publicRanges.Ranges)
            search.Search(core, start, end);
        return [.. left.Where((_, i) => !search.Found.ContainsKey(i))];
    }
}

/// <summary>Ranges of memory to search in.</summary>
internal readonly record struct TextSearchRanges(IReadOnlyList<(ulong Start, ulong End)> Ranges);
