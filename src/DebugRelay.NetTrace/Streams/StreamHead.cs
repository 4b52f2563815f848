using System.Buffers;
using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>A stream's first bytes, which tell the version of the format.</summary>
internal static class StreamHead
{
    public static ReadOnlySpan<byte> Magic => "Nettrace"u8;

    /// <summary>Takes the head, and gives the format that reads on.</summary>
    public static Step Take(ref ReadOnlySequence<byte> input, RewriteContext context, out INetTraceFormat? format, out NetTraceFault? fault)
    {
        format = null;
        fault = null;
        Span<byte> bytes = stackalloc byte[(int)Math.Min(input.Length, Magic.Length + sizeof(uint) + ObjectFormat.Signature.Length)];
        input.Slice(0, bytes.Length).CopyTo(bytes);
        var given = Math.Min(bytes.Length, Magic.Length);
        if (!bytes[..given].SequenceEqual(Magic[..given])) return Broken(NetTraceError.NotNetTrace, "This is not a nettrace stream.", out fault);
        if (bytes.Length < Magic.Length + sizeof(uint)) return Step.NeedMore;

        var signatureLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[Magic.Length..]);
        if (signatureLength == 0) return TakeV6(ref input, bytes, context, out format, out fault);
        if (signatureLength != ObjectFormat.Signature.Length)
            return Broken(NetTraceError.UnsupportedVersion, "The stream's version is not supported.", out fault);
        var signature = bytes[(Magic.Length + sizeof(uint))..];
        if (!signature.SequenceEqual(ObjectFormat.Signature[..signature.Length]))
            return Broken(NetTraceError.NotNetTrace, "This is not a nettrace stream.", out fault);
        if (signature.Length < ObjectFormat.Signature.Length) return Step.NeedMore;
        input = input.Slice(bytes.Length);
        context.Tally.BytesIn += bytes.Length;
        format = new ObjectFormat(context, bytes.Length);
        return Step.Taken;
    }

    private static Step TakeV6(
        ref ReadOnlySequence<byte> input, ReadOnlySpan<byte> bytes, RewriteContext context, out INetTraceFormat? format, out NetTraceFault? fault)
    {
        format = null;
        fault = null;
        if (bytes.Length < BlockFormat.HeadSize) return Step.NeedMore;
        var major = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(Magic.Length + sizeof(uint))..]);
        if (major != 6) return Broken(NetTraceError.UnsupportedVersion, "The stream's version is not supported.", out fault);
        input = input.Slice(BlockFormat.HeadSize);
        context.Tally.BytesIn += BlockFormat.HeadSize;
        format = new BlockFormat(context, bytes[..BlockFormat.HeadSize]);
        return Step.Taken;
    }

    private static Step Broken(NetTraceError error, string message, out NetTraceFault? fault)
    {
        fault = new NetTraceFault(error, message);
        return Step.Fault;
    }
}
