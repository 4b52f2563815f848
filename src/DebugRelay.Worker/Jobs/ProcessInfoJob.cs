using System.Buffers.Binary;
using System.Text.Json;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Scrubbing;

namespace DebugRelay.Worker.Jobs;

/// <summary>Reads a target's reply to ProcessInfo3 and delivers it, scrubbed, as one JSON object.</summary>
internal static class ProcessInfoJob
{
    /// <summary>Runs the job.</summary>
    public static Task<OperationEnd> RunAsync(Stream target, DeliveryWriter delivery, Scrubbers scrubbers, CancellationToken cancellation)
        => TextAnswer.DeliverAsync(delivery, scrubbers, async scrubber =>
        {
            (byte[] reply, _) = await TargetReply.ReceiveAsync(target, _ => 0, cancellation);
            return JsonSerializer.SerializeToUtf8Bytes(Read(reply, scrubber), ProtocolJson.Default.ProcessDetails);
        });

    /// <summary>u32 version, u64 pid, GUID, then strings: command line, OS, architecture, entry assembly, runtime version, RID.</summary>
    private static ProcessDetails Read(ReadOnlySpan<byte> reply, TextScrubber scrubber)
    {
        var reader = new ReplyReader(reply);
        if (reader.UInt32() != 1)
            throw new ReplyException(ErrorCode.TargetFailed, "the process describes itself in a way that this version does not know");
        long pid = BinaryPrimitives.ReadInt64LittleEndian(reader.Take(8));
        var runtime = new Guid(reader.Take(16));
        return new ProcessDetails(
            pid, runtime, CommandLineScrubber.Scrub(reader.String(), scrubber), scrubber.Scrub(reader.String()), scrubber.Scrub(reader.String()), scrubber.Scrub(reader.String()),
            scrubber.Scrub(reader.String()), scrubber.Scrub(reader.String()));
    }
}
