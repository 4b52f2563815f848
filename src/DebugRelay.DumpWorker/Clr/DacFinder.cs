using DebugRelay.DumpWorker.Elf;

namespace DebugRelay.DumpWorker.Clr;

/// <summary>The data access component that belongs to the runtime of a dump, or why there is none.</summary>
internal sealed record DacChoice(string? Path, string? Reason);

/// <summary>
/// Finds the data access component (DAC) of the runtime that a dump holds. It is native code that this process loads: it is taken only from beside
/// a runtime whose build-id is the dump's, and only where nobody but the system's or this process's user could have put it.
/// </summary>
internal static class DacFinder
{
    private const string Runtime = "libcoreclr.so";
    private const string Dac = "libmscordaccore.so";

    /// <param name="core">The dump.</param>
    /// <param name="folder">Where to look first; null to look where the dump's process had its runtime, and where runtimes are installed.</param>
    public static DacChoice Find(CoreFile core, string? folder)
    {
        CoreMapping[] runtimes = [.. core.Notes.Mappings.Where(m => m.FileOffset == 0 && Path.GetFileName(m.Path) == Runtime)];
        CoreMapping runtime = runtimes.FirstOrDefault(m => ElfImage.BuildIdInMemory(core, m.Start) is not null);
        if (runtimes.Length == 0)
            return SingleFile(core, folder);
        if (runtime.Path is null || ElfImage.BuildIdInMemory(core, runtime.Start) is not { } wanted)
            return new DacChoice(null, "the dump does not tell which build of the runtime it is of");
        string? mismatch = null;
        foreach (string candidate in Folders(folder, Path.GetDirectoryName(runtime.Path)!))
        {
            string library = Path.Combine(candidate, Runtime), dac = Path.Combine(candidate, Dac);
            if (!File.Exists(library) || !File.Exists(dac))
                continue;
            // In this order: what others may write could be made to hang whoever opens it.
            if (!Trust.IsOurs(library) || !Trust.IsOurs(dac))
                mismatch ??= $"others may write to the runtime in {candidate}";
            else if (!wanted.AsSpan().SequenceEqual(ElfImage.BuildIdOfFile(library)))
                mismatch ??= $"the runtime in {candidate} is another build than the dump's";
            else
                return new DacChoice(dac, null);
        }
        return new DacChoice(null, mismatch ?? $"the runtime of the dump ({Path.GetDirectoryName(runtime.Path)}) is not on this machine");
    }

    /// <summary>A single-file program carries the runtime in itself: its build-ids are in a table of the program.</summary>
    private static DacChoice SingleFile(CoreFile core, string? folder)
    {
        if (RuntimeTable.Find(core) is not { } table)
            return new DacChoice(null, "the dump holds no .NET runtime");
        foreach (string candidate in Folders(folder, null))
        {
            string dac = Path.Combine(candidate, Dac);
            if (File.Exists(dac) && Trust.IsOurs(dac) && table.DacBuildId.AsSpan().SequenceEqual(ElfImage.BuildIdOfFile(dac)))
                return new DacChoice(dac, null);
        }
        return new DacChoice(null, "the program carries its runtime in itself, and that build of the runtime is not on this machine");
    }

    private static IEnumerable<string> Folders(string? given, string? ofDump)
    {
        if (given is not null)
            return [given];
        string[] roots = [Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? "", "/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet", "/opt/dotnet"];
        IEnumerable<string> installed = roots
            .Select(root => Path.Combine(root, "shared", "Microsoft.NETCore.App"))
            .Where(shared => Path.IsPathRooted(shared) && Directory.Exists(shared))
            .SelectMany(shared => Directory.GetDirectories(shared));
        return ofDump is null ? installed : installed.Prepend(ofDump).Distinct();
    }
}
