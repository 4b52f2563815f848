using System.Buffers;
using DebugRelay.Protocol.Messages;
using DebugRelay.Scrubbing;

namespace DebugRelay.Worker.Jobs;

/// <summary>Delivers one small document that was made of a target's answer.</summary>
internal static class TextAnswer
{
    /// <param name="delivery">Where to.</param>
    /// <param name="scrubbers">Give the scrubber for what is in it.</param>
    /// <param name="make">Reads the answer and makes the document, in UTF-8.</param>
    public static async Task<OperationEnd> DeliverAsync(DeliveryWriter delivery, Scrubbers scrubbers, Func<TextScrubber, Task<byte[]>> make)
    {
        try
        {
            using TextScrubber scrubber = scrubbers.ForText();
            delivery.Write(await make(scrubber));
            await delivery.FlushAsync(CancellationToken.None);
            ScrubReport report = scrubber.Report();
            return new OperationEnd(delivery.Delivered, delivery.Sha256, Partial: false, null, null, ScrubCounts.Rules(report), null, ScrubCounts.Sources(report));
        }
        catch (ReplyException e)
        {
            return new OperationEnd(delivery.Delivered, delivery.Sha256, Partial: true, e.Code, e.Message, [], null);
        }
    }
}
