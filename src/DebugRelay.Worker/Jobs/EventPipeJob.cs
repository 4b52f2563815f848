using System.IO.Pipelines;
using System.Text.Json;
using DebugRelay.NetTrace;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Sealing;
using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Events;

namespace DebugRelay.Worker.Jobs;

/// <summary>Reads a target's nettrace stream to its end, scrubbed on the way.</summary>
internal static class EventPipeJob
{
    /// <summary>A runtime's blocks are 100 KiB: one read takes most of one.</summary>
    private const int ReadSize = 128 * 1024;

    /// <summary>Runs the job.</summary>
    public static async Task<OperationEnd> RunAsync(Stream target, DeliveryWriter delivery, Scrubbers scrubbers, SealOrder? seal, CancellationToken cancellation)
    {
        var stream = new TargetStream(target);
        PipeReader input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadSize, minimumReadSize: ReadSize / 2));
        // A job that is cancelled reads an early end of its stream, so that what came is still delivered whole.
        await using CancellationTokenRegistration letGo = cancellation.Register(stream.LetGo);
        (RewriteSummary summary, ScrubReport report) = seal is null
            ? await scrubbers.ScrubTraceAsync(input, delivery, () => delivery.IsOverloaded)
            : await SealAsync(input, delivery, seal);
        await input.CompleteAsync();
        (string? code, string? message) = Judge(summary, cancellation.IsCancellationRequested);
        return new OperationEnd(delivery.Delivered, delivery.Sha256, code is not null, code, message, ScrubCounts.Rules(report), Count(summary.Counts), ScrubCounts.Sources(report));
    }

    /// <summary>What a grant allows unscrubbed: as the target sent it, and readable to the recipients alone. Nothing of it is in the clear after this.</summary>
    private static async Task<ScrubResult> SealAsync(PipeReader input, DeliveryWriter delivery, SealOrder seal)
    {
        using var sealing = new SealingWriter(delivery, seal);
        ScrubResult result = await TraceScrubber.ScrubAsync(input, sealing, ScrubProfile.None, () => delivery.IsOverloaded, cancellationToken: CancellationToken.None);
        await sealing.FinishAsync(CancellationToken.None);
        return result;
    }

    private static EventCounts Count(RewriteCounts counts) => new(
        counts.EventsIn,
        counts.EventsOut,
        counts.Dropped.Where(d => d.Key != DropReason.UnknownBlock).Sum(d => d.Value),
        new SortedDictionary<string, long>(counts.Blanked.ToDictionary(b => JsonNamingPolicy.KebabCaseLower.ConvertName(b.Key.ToString()), b => b.Value), StringComparer.Ordinal),
        counts.BlocksShed,
        counts.BytesShed);

    /// <summary>How the stream's end is told: whole, or what cut it.</summary>
    private static (string? Code, string? Message) Judge(RewriteSummary summary, bool cancelled) => summary.State switch
    {
        RewriteState.Complete => (null, null),
        RewriteState.Truncated when cancelled => (ErrorCode.TargetFailed, "the process did not end its stream when it was told to; it was let go"),
        RewriteState.Truncated => (ErrorCode.TargetGone, "the process's stream broke off: it has ended, or its runtime has"),
        RewriteState.Malformed => (ErrorCode.TargetMalformed, $"the process's stream breaks the format ({summary.Error}: {summary.Message}); it was cut after the last whole block"),
        _ => (ErrorCode.Internal, "the delivery was closed"),
    };
}
