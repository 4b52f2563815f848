using System.Buffers;
using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>
/// What stands before an object's content in V4: three tags, the type's version twice, its name, a tag, then (save for Trace) the content's size
/// and padding to a multiple of 4 in the stream.
/// </summary>
internal readonly record struct ObjectHead(BlockKind Kind, int TypeLength, int Length, int ContentLength)
{
    /// <summary>The most bytes that a head with a known name takes.</summary>
    public const int MaxLength = 15 + NetTraceLimits.MaxNameLength + 1 + 4 + 3;

    private const byte BeginObject = 5;
    private const byte NullReference = 1;

    /// <summary>Ends an object, and its type.</summary>
    public const byte EndObject = 6;

    private const int TraceSize = 48;

    /// <summary>Stands where an object would begin.</summary>
    public const byte EndOfStream = 1;

    /// <summary>Reads the object at the front, or the end of the stream there.</summary>
    public static Step TryRead(in ReadOnlySequence<byte> input, long offset, out Frame frame, out NetTraceFault? fault)
    {
        frame = new Frame(BlockKind.End, 0, 0, 1);
        fault = null;
        if (input.IsEmpty) return Step.NeedMore;
        Span<byte> bytes = stackalloc byte[(int)Math.Min(input.Length, MaxLength)];
        input.Slice(0, bytes.Length).CopyTo(bytes);
        if (bytes[0] == EndOfStream) return Step.End;
        var step = TryRead(bytes, offset, out var head, out fault);
        if (step != Step.Taken) return step;
        frame = new Frame(head.Kind, head.Length, head.ContentLength, head.Length + head.ContentLength + 1) { TypeLength = head.TypeLength };
        if (input.Length < frame.Length) return Step.NeedMore;
        return input.Slice(frame.Length - 1).FirstSpan[0] == EndObject
            ? Step.Taken
            : Broken(NetTraceError.UnexpectedTag, "An object does not end with its tag.", out fault);
    }

    /// <summary>
    /// Reads a head that begins at <paramref name="offset"/> in the stream: <see cref="Step.Taken"/>, or why not. <paramref name="bytes"/> is what
    /// there
    /// is of it, at most <see cref="MaxLength"/>.
    /// </summary>
    private static Step TryRead(ReadOnlySpan<byte> bytes, long offset, out ObjectHead head, out NetTraceFault? fault)
    {
        head = default;
        fault = null;
        ReadOnlySpan<byte> tags = [BeginObject, BeginObject, NullReference];
        var given = Math.Min(tags.Length, bytes.Length);
        if (!bytes[..given].SequenceEqual(tags[..given]))
            return Broken(NetTraceError.UnexpectedTag, "An object does not begin with its tags.", out fault);
        if (bytes.Length < 15) return Step.NeedMore;

        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[3..]);
        var minVersion = BinaryPrimitives.ReadUInt32LittleEndian(bytes[7..]);
        var nameLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[11..]);
        if (nameLength > NetTraceLimits.MaxNameLength) return Broken(NetTraceError.TooLarge, "An object's name is too long.", out fault);
        var typeLength = 15 + (int)nameLength + 1;
        if (bytes.Length < typeLength) return Step.NeedMore;
        if (bytes[typeLength - 1] != EndObject) return Broken(NetTraceError.UnexpectedTag, "An object's type does not end with its tag.", out fault);

        if (KindOf(bytes.Slice(15, (int)nameLength)) is not { } kind)
            return Broken(NetTraceError.UnexpectedObject, "An object's name is not known.", out fault);
        var known = kind == BlockKind.Trace ? 4u : 2u;
        if (version != known || minVersion != known)
            return Broken(NetTraceError.UnsupportedVersion, "An object's version is not supported.", out fault);
        if (kind == BlockKind.Trace)
        {
            head = new ObjectHead(kind, typeLength, typeLength, TraceSize);
            return Step.Taken;
        }
        return ReadSize(bytes, offset, kind, typeLength, out head, out fault);
    }

    private static Step ReadSize(ReadOnlySpan<byte> bytes, long offset, BlockKind kind, int typeLength, out ObjectHead head, out NetTraceFault? fault)
    {
        head = default;
        fault = null;
        var length = typeLength + sizeof(uint);
        length += Padding(offset + length);
        if (bytes.Length < length) return Step.NeedMore;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[typeLength..]);
        if (size > NetTraceLimits.MaxBlockSize) return Broken(NetTraceError.TooLarge, "A block is larger than the limit.", out fault);
        if (bytes[(typeLength + sizeof(uint))..length].ContainsAnyExcept((byte)0))
            return Broken(NetTraceError.BadBlockHeader, "A block's padding is not zero.", out fault);
        head = new ObjectHead(kind, typeLength, length, (int)size);
        return Step.Taken;
    }

    /// <summary>Bytes from a position in the stream to the next multiple of 4.</summary>
    public static int Padding(long position) => (int)(-position & 3);

    private static BlockKind? KindOf(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("EventBlock"u8)) return BlockKind.Event;
        if (name.SequenceEqual("StackBlock"u8)) return BlockKind.Stack;
        if (name.SequenceEqual("MetadataBlock"u8)) return BlockKind.Metadata;
        if (name.SequenceEqual("SPBlock"u8)) return BlockKind.SequencePoint;
        if (name.SequenceEqual("Trace"u8)) return BlockKind.Trace;
        return null;
    }

    private static Step Broken(NetTraceError error, string message, out NetTraceFault? fault)
    {
        fault = new NetTraceFault(error, message);
        return Step.Fault;
    }
}
