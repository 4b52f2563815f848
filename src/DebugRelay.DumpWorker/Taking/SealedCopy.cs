using System.IO.Pipelines;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Sealing;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.DumpWorker.Taking;

/// <summary>A dump as it is, encrypted to those who may see it: nobody between can read it.</summary>
internal static class SealedCopy
{
    private const int Window = 1024 * 1024;

    public static DumpReport Run(SafeFileHandle raw, SafeFileHandle result, long length, SealOrder seal, string[] isolation, Action<DumpLine> tell)
    {
        tell(new DumpLine(Progress: new DumpProgress("seal", 0, length)));
        RunAsync(raw, result, length, seal).GetAwaiter().GetResult();
        long bytes = RandomAccess.GetLength(result);
        return new DumpReport(
            bytes, DumpJob.Hash(result), null, Heap: true, null, ["unscrubbed"], new(StringComparer.Ordinal), new(StringComparer.Ordinal), null, 0, isolation, new(StringComparer.Ordinal),
            ["everything that the process had in memory: nothing was masked"]);
    }

    private static async Task RunAsync(SafeFileHandle raw, SafeFileHandle result, long length, SealOrder seal)
    {
        await using var file = new FileStream(new SafeFileHandle(result.DangerousGetHandle(), ownsHandle: false), FileAccess.ReadWrite, bufferSize: 0);
        PipeWriter output = PipeWriter.Create(file, new StreamPipeWriterOptions(leaveOpen: true));
        using var writer = new SealingWriter(output, seal);
        for (long at = 0; at < length;)
        {
            int read = RandomAccess.Read(raw, writer.GetSpan(Window)[..Window], at);
            if (read == 0)
                throw new DumpException(DumpException.Storage, "the raw dump is shorter than it was");
            writer.Advance(read);
            at += read;
            await writer.FlushAsync();
        }
        await writer.FinishAsync(CancellationToken.None);
        await output.CompleteAsync();
    }
}
