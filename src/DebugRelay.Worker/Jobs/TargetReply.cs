using System.Buffers.Binary;
using System.Text;
using DebugRelay.Protocol;

namespace DebugRelay.Worker.Jobs;

/// <summary>Reads a target's reply to a question: a header of 20 bytes, then what was asked for. All numbers are little-endian.</summary>
internal static class TargetReply
{
    private const int HeaderSize = 20;

    /// <summary>The reply's payload, and <paramref name="more"/> bytes after it.</summary>
    /// <param name="target">A request has been sent on it.</param>
    /// <param name="more">How many bytes follow the message, as its payload says.</param>
    /// <param name="cancellation">Lets go of the target.</param>
    /// <exception cref="ReplyException">It said no, nothing in time, or something else.</exception>
    public static async Task<(byte[] Payload, byte[] More)> ReceiveAsync(Stream target, Func<byte[], int> more, CancellationToken cancellation)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timer.CancelAfter(Limits.TargetAnswer);
        try
        {
            byte[] header = new byte[HeaderSize];
            await ReceiveExactlyAsync(target, header, timer.Token);
            int size = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(14));
            bool isOk = header.AsSpan(0, 14).SequenceEqual("DOTNET_IPC_V1\0"u8) && header[16] == 0xFF && header[17] == 0 && size > HeaderSize;
            if (!isOk)
                throw new ReplyException(ErrorCode.TargetFailed, "the process refused to describe itself, or its answer is no diagnostics reply");
            byte[] payload = new byte[size - HeaderSize];
            await ReceiveExactlyAsync(target, payload, timer.Token);
            byte[] rest = new byte[more(payload)];
            await ReceiveExactlyAsync(target, rest, timer.Token);
            return (payload, rest);
        }
        catch (OperationCanceledException)
        {
            throw new ReplyException(ErrorCode.TargetFailed, $"the process did not answer within {Limits.TargetAnswer.TotalSeconds:0} s");
        }
        catch (IOException)
        {
            throw Gone();
        }
    }

    private static async Task ReceiveExactlyAsync(Stream target, Memory<byte> buffer, CancellationToken cancellation)
    {
        while (!buffer.IsEmpty)
        {
            int got = await target.ReadAsync(buffer, cancellation);
            if (got == 0)
                throw Gone();
            buffer = buffer[got..];
        }
    }

    private static ReplyException Gone() => new(ErrorCode.TargetGone, "the process closed its diagnostic socket before it answered");
}

/// <summary>Reads a reply's fields in their order.</summary>
/// <param name="rest">What is still to be read.</param>
internal ref struct ReplyReader(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    /// <exception cref="ReplyException">There are not so many bytes.</exception>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw Cut();
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <exception cref="ReplyException">It is cut.</exception>
    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>u32 count of UTF-16 units with their NUL, or 0 and nothing.</summary>
    /// <exception cref="ReplyException">It is cut.</exception>
    public string String()
    {
        uint units = UInt32();
        return units <= int.MaxValue / 2 ? Encoding.Unicode.GetString(Take((int)units * 2)).TrimEnd('\0') : throw Cut();
    }

    private static ReplyException Cut() => new(ErrorCode.TargetFailed, "the process's description of itself is cut short");
}

/// <summary>A target's reply that cannot be used.</summary>
/// <param name="code">One of <see cref="ErrorCode"/>.</param>
/// <param name="message">One line without anything of the reply in it.</param>
internal sealed class ReplyException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
