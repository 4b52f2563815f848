using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Scrubbing;

namespace DebugRelay.Worker.Jobs;

/// <summary>Reads a target's reply to ProcessInfo3 and delivers it, scrubbed, as one JSON object.</summary>
internal static class ProcessInfoJob
{
    private const int HeaderSize = 20;

    /// <summary>Runs the job.</summary>
    public static async Task<OperationEnd> RunAsync(Socket target, DeliveryWriter delivery, Scrubbers scrubbers, CancellationToken cancellation)
    {
        try
        {
            byte[] reply = await ReceiveAsync(target, cancellation);
            using TextScrubber scrubber = scrubbers.ForText();
            ProcessDetails details = Read(reply, scrubber);
            delivery.Write(JsonSerializer.SerializeToUtf8Bytes(details, ProtocolJson.Default.ProcessDetails));
            await delivery.FlushAsync(CancellationToken.None);
            ScrubReport report = scrubber.Report();
            return new OperationEnd(delivery.Delivered, delivery.Sha256, Partial: false, null, null, ScrubCounts.Rules(report), null, ScrubCounts.Sources(report));
        }
        catch (ReplyException e)
        {
            return new OperationEnd(delivery.Delivered, delivery.Sha256, Partial: true, e.Code, e.Message, [], null);
        }
    }

    private static async Task<byte[]> ReceiveAsync(Socket target, CancellationToken cancellation)
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
            return payload;
        }
        catch (OperationCanceledException)
        {
            throw new ReplyException(ErrorCode.TargetFailed, $"the process did not answer within {Limits.TargetAnswer.TotalSeconds:0} s");
        }
        catch (SocketException)
        {
            throw new ReplyException(ErrorCode.TargetGone, "the process closed its diagnostic socket before it answered");
        }
    }

    private static async Task ReceiveExactlyAsync(Socket target, Memory<byte> buffer, CancellationToken cancellation)
    {
        while (!buffer.IsEmpty)
        {
            int got = await target.ReceiveAsync(buffer, cancellation);
            if (got == 0)
                throw new ReplyException(ErrorCode.TargetGone, "the process closed its diagnostic socket before it answered");
            buffer = buffer[got..];
        }
    }

    /// <summary>u32 version, u64 pid, GUID, then strings: command line, OS, architecture, entry assembly, runtime version, RID.</summary>
    private static ProcessDetails Read(ReadOnlySpan<byte> reply, TextScrubber scrubber)
    {
        var reader = new ReplyReader(reply);
        if (BinaryPrimitives.ReadUInt32LittleEndian(reader.Take(4)) != 1)
            throw new ReplyException(ErrorCode.TargetFailed, "the process describes itself in a way that this version does not know");
        long pid = BinaryPrimitives.ReadInt64LittleEndian(reader.Take(8));
        var runtime = new Guid(reader.Take(16));
        return new ProcessDetails(
            pid, runtime, CommandLineScrubber.Scrub(reader.String(), scrubber), scrubber.Scrub(reader.String()), scrubber.Scrub(reader.String()), scrubber.Scrub(reader.String()),
            scrubber.Scrub(reader.String()), scrubber.Scrub(reader.String()));
    }

    /// <summary>Reads a reply's fields in their order.</summary>
    private ref struct ReplyReader(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public ReadOnlySpan<byte> Take(int count)
        {
            if (count > _rest.Length)
                throw new ReplyException(ErrorCode.TargetFailed, "the process's description of itself is cut short");
            ReadOnlySpan<byte> taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }

        /// <summary>u32 count of UTF-16 units with their NUL, or 0 and nothing.</summary>
        public string String()
        {
            uint units = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
            if (units > int.MaxValue / 2)
                throw new ReplyException(ErrorCode.TargetFailed, "the process's description of itself is cut short");
            return Encoding.Unicode.GetString(Take((int)units * 2)).TrimEnd('\0');
        }
    }

    private sealed class ReplyException(string code, string message) : Exception(message)
    {
        public string Code { get; } = code;
    }
}
