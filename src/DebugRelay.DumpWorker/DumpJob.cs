using System.Diagnostics;
using System.Security.Cryptography;
using DebugRelay.DumpWorker.Elf;
using DebugRelay.DumpWorker.Heap;
using DebugRelay.DumpWorker.Regions;
using DebugRelay.DumpWorker.Verifying;
using DebugRelay.Protocol.Messages;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.DumpWorker;

/// <summary>One dump from raw to verified.</summary>
internal static class DumpJob
{
    private static readonly string[] RisksWithHeap =
    [
        "numbers in fields of objects, unless --mask-fields was given",
        "the program's literals and constants in its code, unless --mask-literals was given (constants in code stay)",
        "lengths of strings and arrays, counts of objects, hash codes in dictionaries",
        "names: types, methods, threads' functions, paths of the program and of mapped files (a path can hold a user's name)",
        "numbers below 4096 on stacks",
    ];

    private static readonly string[] RisksWithoutHeap = ["the program's literals and constants, which lie in its files", "paths of the program and of mapped files", "numbers below 4096 on stacks"];

    /// <param name="raw">The raw dump.</param>
    /// <param name="result">An empty file; holds the sanitised dump afterwards.</param>
    /// <param name="options">What to mask beyond the rule.</param>
    /// <param name="verifying">The process that looks at the result.</param>
    /// <param name="isolation">What this process is confined by.</param>
    /// <param name="onStage">Told what is being done.</param>
    /// <exception cref="DumpException">There is no result that may be let out.</exception>
    public static DumpReport Run(FileStream raw, SafeFileHandle result, SanitiseOptions options, VerifyingProcess verifying, string[] isolation, Action<string> onStage)
    {
        using var core = new CoreFile(new MappedFile(raw));
        Sanitised done = new Sanitiser(core, raw, options, onStage).Run(result);
        onStage("verify");
        long start = Stopwatch.GetTimestamp();
        // The other process verifies meanwhile.
        Task<string> hashing = Task.Run(() => Hash(result));
        done.Seconds["verify-processor"] = verifying.Check(new Expectation(done.Facts, done.DacPath, !options.MaskLiterals, done.Canaries));
        done.Seconds["verify"] = Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 3);
        return new DumpReport(
            core.Length, hashing.GetAwaiter().GetResult(), VersionOf(done.DacPath), done.Facts is not null, done.Reason, [.. Names(options)], Masked(done.Heap), Memory(done), done.Facts,
            done.Canaries.Length, isolation, done.Seconds, done.Facts is null ? RisksWithoutHeap : RisksWithHeap);
    }

    /// <summary>A runtime lies in a folder with its version's name.</summary>
    private static string? VersionOf(string? dacPath) => Path.GetFileName(Path.GetDirectoryName(dacPath));

    /// <summary>SHA-256 of a file, hexadecimal.</summary>
    public static string Hash(SafeFileHandle file)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1024 * 1024];
        for (long at = 0; RandomAccess.Read(file, buffer, at) is > 0 and var read; at += read)
            sha256.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(sha256.GetHashAndReset());
    }

    private static IEnumerable<string> Names(SanitiseOptions options)
    {
        if (options.MaskLiterals)
            yield return "mask-literals";
        if (options.MaskFields)
            yield return "mask-fields";
    }

    private static SortedDictionary<string, long> Masked(HeapCounts counts) => new(StringComparer.Ordinal)
    {
        ["arrays"] = counts.Arrays,
        ["array-bytes"] = counts.ArrayBytes,
        ["characters"] = counts.Characters,
        ["free-bytes"] = counts.FreeBytes,
        ["literals-kept"] = counts.Literals,
        ["objects"] = counts.MaskedObjects,
        ["strings"] = counts.Strings,
        ["unwalked-bytes"] = counts.Unwalked,
    };

    private static SortedDictionary<string, DumpMemory> Memory(Sanitised done)
        => new(done.Memory.ToDictionary(m => NameOf(m.Key), m => new DumpMemory(m.Value.Bytes, m.Value.Kept)), StringComparer.Ordinal);

    private static string NameOf(MemoryRule rule) => rule switch
    {
        MemoryRule.Image => "programs-and-libraries",
        MemoryRule.RuntimeHeap => "runtime-heaps",
        MemoryRule.Stack => "stacks",
        MemoryRule.DeadStack => "below-stacks",
        MemoryRule.ManagedHeap => "managed-heap",
        MemoryRule.PartialHeap => "heap-in-part",
        MemoryRule.Nothing => "free-and-arguments",
        _ => "other",
    };
}
