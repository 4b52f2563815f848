using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DebugRelay.DumpWorker.Elf;
using DebugRelay.DumpWorker.Output;
using DebugRelay.DumpWorker.Regions;

namespace DebugRelay.DumpWorker.Heap;

/// <summary>Writes the objects of a managed heap with what they hold masked.</summary>
internal sealed class HeapCopier(CoreFile core, ObjectTypes types, KnownAddresses known, SanitisedFile output, bool keepLiterals) : IHeapVisitor
{
    private const int LengthAt = 8;
    private const int TextAt = 12;
    private const ushort Mask = '*';

    /// <summary>Bits of an address of an object: text of eight characters, or four of UTF-16, has others.</summary>
    private const ulong UserAddress = 0x0000_7fff_ffff_fff8;

    /// <summary>An object larger than this is not taken into memory whole.</summary>
    private const long LargestInMemory = 64 * 1024 * 1024;

    private readonly List<ulong> _stackTraces = [];

    /// <summary>What was done.</summary>
    public HeapCounts Counts { get; } = new();

    /// <summary>Strings of the heap by which to check the result.</summary>
    public StringSample Strings { get; } = new(DumpLimits.Canaries);

    /// <summary>Writes the header of a range's first object, which lies before it.</summary>
    public void Begin(ObjectRange range) => WriteHeader(range.Start);

    /// <inheritdoc/>
    public void Skip(Span<byte> gap)
    {
        gap.Clear();
        Counts.FreeBytes += gap.Length;
    }

    /// <inheritdoc/>
    public void Leave(ulong address, ReadOnlySpan<byte> walked) => Write(address, walked);

    /// <summary>Writes the stack traces of the exceptions that were met: addresses alone.</summary>
    public void CopyStackTraces()
    {
        var pointers = new PointerRule(known);
        foreach (ulong trace in _stackTraces.Distinct())
        {
            ulong array = ArrayOf(trace);
            ObjectType? type = types.Get(core.ReadWord(array) & ~7UL);
            if (type is not { Rule: ObjectRule.Blank })
                continue;
            long length = (uint)core.ReadWord(array + LengthAt) * (long)type.ElementSize;
            if (length > DumpLimits.StackTrace)
                continue;
            byte[] raw = new byte[length & ~7L], kept = new byte[length & ~7L];
            if (core.Read(array + type.BaseSize - 8, raw) != raw.Length)
                continue;
            pointers.Copy(raw, kept);
            Write(array + type.BaseSize - 8, kept);
        }
    }

    /// <summary>Of .NET 9 and later an exception may hold an array of objects, of which the first is the array of addresses.</summary>
    private ulong ArrayOf(ulong trace)
    {
        ObjectType? type = types.Get(core.ReadWord(trace) & ~7UL);
        return type is { Rule: ObjectRule.Keep or ObjectRule.References or ObjectRule.ReferencesOnly, ElementSize: 8 } ? core.ReadWord(trace + 16) : trace;
    }

    /// <inheritdoc/>
    public void Visit(ObjectType type, Span<byte> whole, ObjectRange range)
    {
        // Padding before the next object's header.
        whole[^8..^4].Clear();
        Span<byte> body = whole[..^8];
        switch (type.Rule)
        {
            case ObjectRule.Text when range.IsFrozen && keepLiterals:
                Counts.Literals++;
                break;
            case ObjectRule.Text:
                MaskText(body);
                break;
            case ObjectRule.Blank:
                Span<byte> elements = body[Math.Min((int)type.BaseSize - 8, body.Length)..];
                elements.Clear();
                Counts.Arrays++;
                Counts.ArrayBytes += elements.Length;
                break;
            case ObjectRule.Free:
                body[16..].Clear();
                Counts.FreeBytes += body.Length;
                break;
            case ObjectRule.References:
                KeepAddresses(body[Math.Min((int)type.BaseSize - 8, body.Length)..]);
                break;
            case ObjectRule.ReferencesOnly:
                KeepReferences(type, body);
                break;
            case ObjectRule.Exception:
                _stackTraces.Add(MemoryMarshal.Read<ulong>(body[type.StackTrace..]));
                break;
        }
    }

    private void MaskText(Span<byte> body)
    {
        int length = MemoryMarshal.Read<int>(body[LengthAt..]);
        Span<byte> text = body.Slice(TextAt, length * 2);
        Strings.Offer(text);
        MemoryMarshal.Cast<byte, ushort>(text).Fill(Mask);
        body[(TextAt + (length * 2))..].Clear();
        Counts.Strings++;
        Counts.Characters += length;
    }

    /// <summary>Elements that cannot be addresses are none: the array's length is wrong, and they are what lies behind it.</summary>
    private static void KeepAddresses(Span<byte> elements)
    {
        foreach (ref ulong element in MemoryMarshal.Cast<byte, ulong>(elements))
        {
            if ((element & ~UserAddress) != 0)
                element = 0;
        }
    }

    private void KeepReferences(ObjectType type, Span<byte> body)
    {
        if (type.ElementSize == 0)
        {
            KeepReferences(type.References, body, 8);
        }
        else
        {
            Span<byte> elements = body[((int)type.BaseSize - 8)..];
            for (; elements.Length >= type.ElementSize; elements = elements[(int)type.ElementSize..])
                KeepReferences(type.References, elements[..(int)type.ElementSize], 0);
        }
        Counts.MaskedObjects++;
    }

    private static void KeepReferences(int[] references, Span<byte> bytes, int start)
    {
        Span<ulong> kept = references.Length <= 64 ? stackalloc ulong[references.Length] : new ulong[references.Length];
        for (int i = 0; i < references.Length; i++)
            kept[i] = MemoryMarshal.Read<ulong>(bytes[references[i]..]);
        bytes[start..].Clear();
        for (int i = 0; i < references.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[references[i]..], kept[i]);
    }

    /// <inheritdoc/>
    public void VisitLarge(ObjectType type, ulong address, ulong size, ObjectRange range)
    {
        CopyLarge(type, address, size, range);
        WriteHeader(address + size);
    }

    private void CopyLarge(ObjectType type, ulong address, ulong size, ObjectRange range)
    {
        bool isSimple = type.Rule is ObjectRule.Blank or ObjectRule.Free;
        if (isSimple || size > LargestInMemory)
        {
            Span<byte> head = stackalloc byte[64];
            int headLength = Math.Min((int)Math.Min(type.BaseSize - 8, 64), core.Read(address, head));
            Write(address, head[..headLength]);
            Counts.FreeBytes += type.Rule == ObjectRule.Free ? (long)size : 0;
            Counts.Arrays += type.Rule == ObjectRule.Blank ? 1 : 0;
            Counts.ArrayBytes += type.Rule == ObjectRule.Blank ? (long)size - headLength : 0;
            if (!isSimple)
                CopyHuge(type, address, size);
            return;
        }
        byte[] whole = new byte[size];
        core.Read(address, whole);
        Visit(type, whole, range);
        Write(address, whole.AsSpan(0, (int)size - 8));
    }

    /// <summary>Of an array too large for memory, references stay where it has nothing else; of all else nothing does.</summary>
    private void CopyHuge(ObjectType type, ulong address, ulong size)
    {
        if (type.Rule == ObjectRule.Text)
        {
            Counts.Strings++;
            return;
        }
        byte[] buffer = new byte[HeapWalker.Window];
        ulong at = type.Rule == ObjectRule.References ? type.BaseSize - 8 : size;
        while (at < size - 8)
        {
            Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(HeapWalker.Window, size - 8 - at));
            core.Read(address + at, piece);
            KeepAddresses(piece);
            Write(address + at, piece);
            at += (uint)piece.Length;
        }
    }

    private void WriteHeader(ulong objectAddress)
    {
        Span<byte> header = stackalloc byte[4];
        if (core.Read(objectAddress - 4, header) == 4)
            Write(objectAddress - 4, header);
    }

    private void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && core.Find(address) is { } segment)
        {
            int length = (int)Math.Min((ulong)bytes.Length, segment.End - address);
            output.Write(segment.FileOffset + (long)(address - segment.Address), bytes[..length]);
            address += (uint)length;
            bytes = bytes[length..];
        }
    }
}
