using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace DebugRelay.Agent.Transport;

/// <summary>Looks at a connection's first bytes before TLS does: what is no whole ClientHello costs no key exchange.</summary>
internal static class ClientHello
{
    private const int RecordHeader = 5;
    private const int HandshakeRecord = 22;
    private const int ClientHelloMessage = 1;

    /// <summary>Plaintext of a record, RFC 8446, section 5.1.</summary>
    private const int LargestRecord = 1 << 14;

    /// <summary>Waits until a ClientHello's first record is there. Nothing is consumed.</summary>
    /// <returns>False where something else came, or the end.</returns>
    public static async Task<bool> ArrivesAsync(PipeReader input, CancellationToken cancellation)
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync(cancellation);
            bool? whole = Judge(result.Buffer);
            if (whole is null && !result.IsCompleted)
            {
                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }
            // Not examined: whoever reads next gets it at once.
            input.AdvanceTo(result.Buffer.Start);
            return whole ?? false;
        }
    }

    /// <summary>Whether the bytes begin with a whole record that begins a ClientHello; null where more are needed to tell.</summary>
    internal static bool? Judge(ReadOnlySequence<byte> bytes)
    {
        Span<byte> head = stackalloc byte[RecordHeader + 1];
        int have = (int)Math.Min(bytes.Length, head.Length);
        bytes.Slice(0, have).CopyTo(head);
        if ((have > 0 && head[0] != HandshakeRecord) || (have > 1 && head[1] != 3))
            return false;
        if (have < head.Length)
            return null;
        int length = BinaryPrimitives.ReadUInt16BigEndian(head[3..]);
        if (length is 0 or > LargestRecord || head[RecordHeader] != ClientHelloMessage)
            return false;
        return bytes.Length >= RecordHeader + length ? true : null;
    }
}
