using System.Buffers.Binary;
using DebugRelay.DumpWorker.Elf;
using DebugRelay.DumpWorker.Output;

namespace DebugRelay.DumpWorker.Regions;

/// <summary>Writes the dump's structure and its notes, without registers' contents, arguments, and what is not known.</summary>
internal sealed class NoteCopier(CoreFile core, KnownAddresses known, SanitisedFile output)
{
    private const int SignalNumbers = 12;
    private const int ArgumentsInProcessInfo = 56;

    private readonly PointerRule _pointers = new(known);

    /// <summary>Writes all of it.</summary>
    public void Copy()
    {
        foreach ((long offset, int length) in core.Structure)
            output.Write(offset, core.FileBytes(offset, length));
        foreach (CoreNote note in core.Notes.All)
        {
            output.Write(note.HeaderOffset, core.FileBytes(note.HeaderOffset, note.HeaderLength));
            output.Write(note.Offset, Sanitised(note));
        }
    }

    private byte[] Sanitised(CoreNote note)
    {
        ReadOnlySpan<byte> raw = core.FileBytes(note.Offset, note.Length);
        byte[] result = new byte[raw.Length];
        switch (note.Kind)
        {
            case CoreNotes.Status when raw.Length >= CoreNotes.StatusRegisters + (CoreNotes.RegisterCount * 8):
                raw[..CoreNotes.StatusRegisters].CopyTo(result);
                int registers = CoreNotes.RegisterCount * 8;
                _pointers.Copy(raw.Slice(CoreNotes.StatusRegisters, registers), result.AsSpan(CoreNotes.StatusRegisters, registers));
                KeepFlags(raw, result);
                break;
            case CoreNotes.ProcessInfo:
                raw[..Math.Min(raw.Length, ArgumentsInProcessInfo)].CopyTo(result);
                break;
            case CoreNotes.SignalInfo:
                raw[..Math.Min(raw.Length, SignalNumbers)].CopyTo(result);
                break;
            case CoreNotes.AuxiliaryVector or CoreNotes.MappedFiles:
                raw.CopyTo(result);
                break;
        }
        return result;
    }

    /// <summary>Flags and segment registers are no data, and the thread pointer tells threads apart.</summary>
    private static void KeepFlags(ReadOnlySpan<byte> raw, Span<byte> result)
    {
        foreach (int register in (ReadOnlySpan<int>)[17, 18, 20, 21, 22, 23, 24, 25, 26])
        {
            int at = CoreNotes.StatusRegisters + (register * 8);
            BinaryPrimitives.WriteUInt64LittleEndian(result[at..], BinaryPrimitives.ReadUInt64LittleEndian(raw[at..]));
        }
    }
}
