using System.Text;
using DebugRelay.DumpWorker.Elf;

namespace DebugRelay.DumpWorker.Verifying;

/// <summary>The texts that must not be in the result: the process's arguments and environment, and a sample of its strings.</summary>
internal static class CanarySet
{
    private const int Shortest = 8;
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
