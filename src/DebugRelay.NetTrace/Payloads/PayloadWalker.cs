using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DebugRelay.NetTrace;

/// <summary>How a payload met its layout.</summary>
internal enum WalkResult
{
    Fits,
    Mismatch,
    Ambiguous,
    TooManyValues,
}

/// <summary>Walks a payload by its layout and collects the visited values. It fits only where the layout consumes it to the last byte.</summary>
internal ref struct PayloadWalker
{
    private readonly ReadOnlySpan<byte> _payload;
    private readonly EventEditor _editor;
    private readonly int _boolSize;
    private int _at;
    private int _count;
    private bool _hasTooMany;

    private PayloadWalker(ReadOnlySpan<byte> payload, EventEditor editor, int boolSize)
    {
        _payload = payload;
        _editor = editor;
        _boolSize = boolSize;
    }

    /// <summary>
    /// Walks with booleans of <paramref name="boolSize"/> bytes; where that is 0 (not known yet) it finds out and sets it: sources that describe
    /// themselves write 1 byte, manifest sources 4, under the same type code.
    /// </summary>
    public static WalkResult Walk(PayloadLayout layout, ReadOnlySpan<byte> payload, EventEditor editor, ref int boolSize)
    {
        if (!layout.HasBool || boolSize != 0) return Walk(layout, payload, editor, boolSize == 0 ? 1 : boolSize);

        var narrow = Walk(layout, payload, editor, 1);
        var wide = Walk(layout, payload, editor, 4);
        if (narrow == WalkResult.Mismatch)
        {
            if (wide != WalkResult.Mismatch) boolSize = 4;
            return wide;
        }
        if (wide != WalkResult.Mismatch) return WalkResult.Ambiguous;
        boolSize = 1;
        return Walk(layout, payload, editor, 1);
    }

    private static WalkResult Walk(PayloadLayout layout, ReadOnlySpan<byte> payload, EventEditor editor, int boolSize)
    {
        editor.Begin(layout.Fields);
        var walker = new PayloadWalker(payload, editor, boolSize);
        if (!walker.Run(layout.Steps) || !walker.TakeLocated(layout) || walker._at != payload.Length) return WalkResult.Mismatch;
        return walker._hasTooMany ? WalkResult.TooManyValues : WalkResult.Fits;
    }

    private bool Run(ReadOnlySpan<LayoutNode> steps)
    {
        foreach (ref readonly var step in steps)
        {
            var fits = step.Op switch
            {
                LayoutOp.Fixed => Take(step, step.Size),
                LayoutOp.Text => TakeText(step),
                LayoutOp.Bool => TakeBool(step),
                LayoutOp.Count => TakeCount(step.Size),
                LayoutOp.Chars or LayoutOp.FixedChars => Take(step, (long)_count * sizeof(char)),
                LayoutOp.Bytes or LayoutOp.Chars8 or LayoutOp.FixedChars8 => Take(step, _count),
                LayoutOp.Repeat => Repeat(step),
                LayoutOp.Text8 => TakeText8(step),
                LayoutOp.Varint => TakeVarint(step),
                LayoutOp.SetCount => SetCount(step.Size),
                _ => TakeLocation(step),
            };
            if (!fits) return false;
        }
        return true;
    }

    private bool Take(in LayoutNode step, long size)
    {
        if (size > _payload.Length - _at) return false;
        if (step.Field >= 0) Add(step, (int)size);
        _at += (int)size;
        return true;
    }

    private bool TakeText(in LayoutNode step)
    {
        var length = LengthOfText(_payload[_at..]);
        if (length < 0) return false;
        if (step.Field >= 0) Add(step, length * sizeof(char));
        _at += (length + 1) * sizeof(char);
        return true;
    }

    /// <summary>Characters up to the terminator; -1 where there is none. For texts as short as most are.</summary>
    private static int LengthOfText(ReadOnlySpan<byte> rest)
    {
        var units = MemoryMarshal.Cast<byte, ushort>(rest);
        var at = 0;
        for (; units.Length - at >= Vector256<ushort>.Count; at += Vector256<ushort>.Count)
        {
            var ends = Vector256.Equals(Vector256.Create(units[at..]), Vector256<ushort>.Zero).ExtractMostSignificantBits();
            if (ends != 0) return at + BitOperations.TrailingZeroCount(ends);
        }
        for (; at < units.Length; at++)
        {
            if (units[at] == 0) return at;
        }
        return -1;
    }

    private bool TakeText8(in LayoutNode step)
    {
        var length = _payload[_at..].IndexOf((byte)0);
        if (length < 0) return false;
        if (step.Field >= 0) Add(step, length);
        _at += length + 1;
        return true;
    }

    private bool TakeVarint(in LayoutNode step)
    {
        var end = _at;
        return Varint.TryRead64(_payload, ref end, out _) && Take(step, end - _at);
    }

    private bool SetCount(int count)
    {
        _count = count;
        return true;
    }

    private bool TakeBool(in LayoutNode step)
    {
        if (_payload.Length - _at < _boolSize) return false;
        var value = _boolSize == 1 ? _payload[_at] : BinaryPrimitives.ReadUInt32LittleEndian(_payload[_at..]);
        return value <= 1 && Take(step, _boolSize);
    }

    private bool TakeCount(int size)
    {
        if (_payload.Length - _at < size) return false;
        var count = size == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(_payload[_at..]) : BinaryPrimitives.ReadUInt32LittleEndian(_payload[_at..]);
        if (count > NetTraceLimits.MaxPayloadSize) return false;
        _count = (int)count;
        _at += size;
        return true;
    }

    private bool Repeat(in LayoutNode step)
    {
        var elements = step.Children!;
        if (elements is [{ Op: LayoutOp.Fixed, Field: < 0 }]) return Take(step, (long)_count * elements[0].Size);
        // Every element takes a byte at least, so a hostile count ends at the payload's end.
        for (var left = _count; left > 0; left--)
        {
            if (!Run(elements)) return false;
        }
        return true;
    }

    /// <summary>Steps over the four bytes; what they point to is taken by <see cref="TakeLocated"/> when all other values are.</summary>
    private bool TakeLocation(in LayoutNode step)
    {
        if (_payload.Length - _at < sizeof(uint)) return false;
        _at += sizeof(uint);
        return _editor.Locations.TryNote(step, _payload, _at);
    }

    /// <summary>Takes the arrays behind the other values. They must follow each other without a gap, in the order of the fields.</summary>
    private bool TakeLocated(PayloadLayout layout)
    {
        if (!layout.HasLocations) return true;
        foreach (ref readonly var located in _editor.Locations.Noted)
        {
            if (located.Size == 0) continue;
            if (located.Start != _at || located.Size % located.ElementSize != 0 || !Take(located.Step, located.Size)) return false;
        }
        return true;
    }

    private void Add(in LayoutNode step, int length)
    {
        if (!_editor.TryAdd(step.Op, step.Field, _at, length)) _hasTooMany = true;
    }
}
