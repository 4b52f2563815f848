using DebugRelay.DumpWorker.Elf;

namespace DebugRelay.DumpWorker.Clr;

/// <summary>
/// The table <c>DotNetRuntimeInfo</c> that a single-file program exports for debuggers: signature, version, then the build-ids of the runtime, of
/// its data access component and of its debugger interface, each a length and up to 23 bytes.
/// </summary>
internal sealed record RuntimeTable(ulong ImageBase, byte[] DacBuildId)
{
    private const int SignatureLength = 18;
    private const int IndexLength = 24;

    /// <summary>A program's constants are a few megabytes; its bundled files, which follow them, are not looked at.</summary>
    private const int Window = 64 * 1024 * 1024;

    private static ReadOnlySpan<byte> Signature => "DotNetRuntimeInfo\0"u8;

    /// <summary>Looks for the table in the pages of the program that the process ran.</summary>
    public static RuntimeTable? Find(CoreFile core)
    {
        foreach (CoreMapping program in core.Notes.Mappings.Where(m => m.FileOffset == 0).DistinctBy(m => m.Path))
        {
            if (!core.Memory(program.Start, 4).SequenceEqual("\u007fELF"u8))
                continue;
            foreach (CoreMapping mapping in core.Notes.Mappings.Where(m => m.Path == program.Path))
            {
                ReadOnlySpan<byte> bytes = core.Memory(mapping.Start, (int)Math.Min(mapping.End - mapping.Start, Window));
                if (Read(bytes) is { } dac)
                    return new RuntimeTable(program.Start, dac);
            }
        }
        return null;
    }

    private static byte[]? Read(ReadOnlySpan<byte> bytes)
    {
        for (int at = bytes.IndexOf(Signature); at >= 0;)
        {
            ReadOnlySpan<byte> table = bytes[at..];
            // The signature, two bytes of padding or none, a version, and three indices.
            int dac = SignatureLength + 4 + IndexLength;
            foreach (int padding in (ReadOnlySpan<int>)[2, 0])
            {
                if (table.Length > dac + padding + IndexLength && table[dac + padding] is 16 or 20 && table[dac + padding - IndexLength] == table[dac + padding])
                    return table.Slice(dac + padding + 1, table[dac + padding]).ToArray();
            }
            int next = bytes[(at + 1)..].IndexOf(Signature);
            at = next < 0 ? -1 : at + 1 + next;
        }
        return null;
    }
}
