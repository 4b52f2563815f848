using System.Buffers;
using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>A stream's first bytes, which tell the version of the format.</summary>
internal static class StreamHead
{
    /// <summary>V6: the magic, a zero, and the major and minor version.</summary>
    private const int V6Size = 20;

    public static ReadOnlySpan<byte> Magic => "Nettrace"u8;

    /// <summary>Takes the head, and gives the format that reads on.</summary>
    public static Step Take(ref ReadOnlySequence<byte> input, RewriteContext context, out INetTraceFormat? format, out NetTraceFault? fault)
    {
        format = null;
        var step = TryRead(input, out var isV6, out var length, out fault);
        if (step != Step.Taken) return step;
        format = isV6 ? new BlockFormat(context, input.Slice(0, length).ToArray()) : new ObjectFormat(context, length);
        input = input.Slice(length);
        context.Tally.BytesIn += length;
        return step;
    }

    /// <summary>Reads the head: the version, and the bytes that it takes.</summary>
    public static Step TryRead(in ReadOnlySequence<byte> input, out bool isV6, out int length, out NetTraceFault? fault)
    {
        isV6 = false;
        fault = null;
        length = Magic.Length + sizeof(uint) + ObjectFormat.Signature.Length;
        Span<byte> bytes = stackalloc byte[(int)Math.Min(input.Length, length)];
        input.Slice(0, bytes.Length).CopyTo(bytes);
        var given = Math.Min(bytes.Length, Magic.Length);
        if (!bytes[..given].SequenceEqual(Magic[..given])) return Broken(NetTraceError.NotNetTrace, "This is not a nettrace stream.", out fault);
        if (bytes.Length < Magic.Length + sizeof(uint)) return Step.NeedMore;

        var signatureLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[Magic.Length..]);
        if (signatureLength == 0)
        {
            (isV6, length) = (true, V6Size);
            return TryReadV6(bytes, out fault);
        }
        if (signatureLength != ObjectFormat.Signature.Length)
            return Broken(NetTraceError.UnsupportedVersion, "The stream's version is not supported.", out fault);
        var signature = bytes[(Magic.Length + sizeof(uint))..];
        if (!signature.SequenceEqual(ObjectFormat.Signature[..signature.Length]))
            return Broken(NetTraceError.NotNetTrace, "This is not a nettrace stream.", out fault);
        return bytes.Length < length ? Step.NeedMore : Step.Taken;
    }

    private static Step TryReadV6(ReadOnlySpan<byte> bytes, out NetTraceFault? fault)
    {
        fault = null;
        if (bytes.Length < V6Size) return Step.NeedMore;
        var major = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(Magic.Length + sizeof(uint))..]);
        return major == 6 ? Step.Taken : Broken(NetTraceError.UnsupportedVersion, "The stream's version is not supported.", out fault);
    }

    private static Step Broken(NetTraceError error, string message, out NetTraceFault? fault)
    {
        fault = new NetTraceFault(error, message);
        return Step.Fault;
    }
}
