using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.Tracing;
using Xunit;

namespace DebugRelay.FunctionalTests.Faults;

/// <summary>A client that reads a byte at a time, while a target emits as fast as it can: the target must not feel it.</summary>
public sealed class SlowClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_target_is_drained_and_what_does_not_fit_is_counted_as_lost()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync("--burst", "--rate", "1");
        await using RawSession session = await host.OpenAsync(Cancellation);
        TargetProcess target = await session.FindAsync(sample.Id, Cancellation);
        var parameters = new EventPipeParameters
        {
            Providers = [new EventProvider("DebugRelay-Sample-Burst", ulong.MaxValue, 5)],
            BufferMegabytes = 64,
            Rundown = false,
            DurationSeconds = 60,
        };
        await using RawClient trace = await session.SendAsync(session.Sign(session.Request("trace", target, parameters)), Cancellation);
        await trace.Reader.ExpectAsync(FrameType.Accepted, Cancellation);

        // One byte is read every now and then, until the recording, which is the spool, no longer grows: it is full.
        string recorded = Path.Combine(host.OnlyRecording(), "streams", "0002.nettrace");
        trace.Incoming.Pace();
        string file = host.Folder.File("slow.nettrace");
        Task<OperationEnd> saving = SaveAsync(trace, file);
        await UntilFullAsync(recorded, trace.Incoming, saving);
        Assert.InRange(trace.Incoming.PacedBytes, 1, 10_000);
        // The target is read on: it ends the trace when it is told to, which it cannot while it is blocked, and answers others.
        OperationRequest info = session.Request("process.info", target);
        await using (RawClient answer = await session.SendAsync(session.Sign(info), Cancellation))
            await answer.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        await trace.Writer.WriteAsync(FrameType.Stop, Cancellation);

        trace.Incoming.Free();
        OperationEnd end = await saving;
        Assert.False(end.Partial, end.Message);
        Assert.True(end.Events!.LostBlocks > 0);
        Assert.True(end.Bytes < Limits.Spool * 2);
        using var source = new EventPipeEventSource(file);
        long read = 0;
        source.AllEvents += _ => read++;
        Assert.True(source.Process());
        Assert.True(read >= end.Events.Delivered);
        Assert.True(source.EventsLost > 0);
    }

    /// <summary>Full is what has not grown for two seconds: in that time the target fills the worker's queue too, also on a busy machine.</summary>
    private static async Task UntilFullAsync(string recorded, PacedStream incoming, Task<OperationEnd> saving)
    {
        const int ticks = 10;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        long length = -1;
        for (int unchanged = 0; unchanged < ticks || length < Limits.Spool;)
        {
            await timer.WaitForNextTickAsync(Cancellation);
            incoming.Tick();
            if (saving.IsCompleted)
                Assert.Fail($"the trace ended before it filled anything: {(await saving).Message}");
            long now = new FileInfo(recorded).Length;
            unchanged = now == length ? unchanged + 1 : 0;
            length = now;
        }
    }

    private static async Task<OperationEnd> SaveAsync(RawClient trace, string file)
    {
        await using FileStream output = File.Create(file);
        while (await trace.Reader.ReadAsync(Cancellation) is { } frame)
        {
            if (frame.Type == FrameType.End)
                return frame.Read(ProtocolJson.Default.OperationEnd);
            foreach (ReadOnlyMemory<byte> part in frame.Payload)
                await output.WriteAsync(part, Cancellation);
        }
        throw new IOException("the agent closed without an end");
    }
}
