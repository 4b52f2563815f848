using System.Globalization;
using System.IO.Pipelines;
using DebugRelay.NetTrace;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.Perf.Rewriter;

/// <summary>Whether a trace of a process that emits at its limit loses more events through the rewriter than without it.</summary>
internal static class LiveLoss
{
    private const int Rounds = 3;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    /// <summary>Written to once before the first trace: pages that the kernel has yet to find would stall the reader.</summary>
    private static readonly byte[] Received = new byte[1_000_000_000];

    public static async Task RunAsync()
    {
        Array.Fill(Received, (byte)1);
        Console.WriteLine("| buffer | way | events | events/s | lost, as a reader counts |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var megabytes in (int[])[64, 256])
        {
            for (var round = 0; round < Rounds; round++)
            {
                Print(megabytes, "direct", await TraceAsync(megabytes, (input, output) => input.CopyToAsync(output)));
                Print(megabytes, "rewriter, every string visited", await TraceAsync(megabytes, (input, output) => RewriteAsync(input, output, new ScanFilter())));
                Print(megabytes, "rewriter, every string rewritten", await TraceAsync(megabytes, (input, output) => RewriteAsync(input, output, new LengthenFilter())));
            }
        }
    }

    private static async Task<Memory<byte>> TraceAsync(int megabytes, Func<Stream, Stream, Task> carry)
    {
        await using var sample = await SampleProcess.StartAsync("--burst");
        using var session = await new DiagnosticsClient(sample.Id).StartEventPipeSessionAsync(
            new EventPipeSessionConfiguration(RecordedTrace.BurstProviders, megabytes, requestRundown: false), CancellationToken.None);
        var received = new MemoryStream(Received);
        var carrying = Task.Run(() => carry(session.EventStream, received));
        await Task.Delay(Duration);
        await session.StopAsync(CancellationToken.None);
        await carrying;
        return Received.AsMemory(0, (int)received.Position);
    }

    private static async Task RewriteAsync(Stream input, Stream output, ITraceFilter filter)
    {
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 128 * 1024, minimumReadSize: 64 * 1024));
        var writer = PipeWriter.Create(output, new StreamPipeWriterOptions(minimumBufferSize: 128 * 1024, leaveOpen: true));
        var summary = await NetTraceRewriter.RewriteAsync(reader, writer, filter);
        await writer.CompleteAsync();
        if (summary.State != RewriteState.Complete) throw new InvalidOperationException($"{summary.State}: {summary.Message}");
    }

    private static void Print(int megabytes, string way, Memory<byte> trace)
    {
        using var source = new EventPipeEventSource(new MemoryStream(Received, 0, trace.Length));
        var events = 0L;
        source.AllEvents += _ => events++;
        source.Process();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {megabytes} MB | {way} | {events} | {events / Duration.TotalSeconds:F0} | {source.EventsLost} |"));
    }
}
