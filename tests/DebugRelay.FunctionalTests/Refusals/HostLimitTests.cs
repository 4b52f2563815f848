using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Refusals;

/// <summary>What a host gives at most, whoever asks.</summary>
public sealed class HostLimitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_a_second_and_the_trace_is_whole_all_the_same()
    {
        const int rate = 128 * 1024;
        await using RelayHost host = await RelayHost.StartAsync(limits: """{ "bytesPerSecond": "128KiB" }""");
        await using SampleProcess sample = await SampleProcess.StartAsync();
        string file = host.Folder.File("t.nettrace");
        long start = Stopwatch.GetTimestamp();
        await using TestProcess client = await host.RunClientAsync("trace", $"{sample.Id}", "-o", file, "--duration", "1s");
        Assert.True(client.ExitCode == 0, client.Errors.Text);
        long bytes = new FileInfo(file).Length;
        Assert.True(bytes > 3 * rate, $"{bytes} bytes show nothing");
        // A second's worth may go at once; the rest takes its time.
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.9 * (bytes - rate) / rate, double.MaxValue);
    }

    [Fact]
    public async Task Sessions_in_all_and_traces_of_one_process()
    {
        await using RelayHost host = await RelayHost.StartAsync(limits: """{ "sessions": 2, "eventPipesPerTarget": 1 }""");
        await using SampleProcess sample = await SampleProcess.StartAsync(), other = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        await using RawSession bobs = await RawSession.OpenAsync(host.Port, host.Authority.Client("spiffe://corp.example/eng/bob"), Cancellation);
        using X509Certificate2 carol = host.Authority.Client("spiffe://corp.example/eng/carol");
        RefusedException full = await Assert.ThrowsAsync<RefusedException>(() => RawSession.OpenAsync(host.Port, carol, Cancellation));
        Assert.Equal((ErrorCode.LimitReached, "2 sessions run on this host already"), (full.Refusal.Code, full.Refusal.Message));

        TargetProcess target = await session.FindAsync(sample.Id, Cancellation);
        await using RawClient trace = await session.StartTraceAsync(target, Cancellation);
        // Whose it is does not matter, only what is looked at.
        await using RawClient second = await bobs.SendAsync(bobs.Sign(bobs.Request("trace", target, Shop)), Cancellation);
        Refused? refused = await second.LastWordAsync(Cancellation);
        Assert.Equal(ErrorCode.LimitReached, refused?.Code);
        Assert.Contains("is traced 1 times through this host already", refused!.Message, StringComparison.Ordinal);
        await using RawClient elsewhere = await bobs.SendAsync(bobs.Sign(bobs.Request("trace", await bobs.FindAsync(other.Id, Cancellation), Shop)), Cancellation);
        await elsewhere.Reader.ExpectAsync(FrameType.Accepted, Cancellation);

        await trace.Writer.WriteAsync(FrameType.Stop, Cancellation);
        await trace.ReadToEndAsync(Cancellation);
        await using RawClient third = await bobs.SendAsync(bobs.Sign(bobs.Request("trace", target, Shop)), Cancellation);
        await third.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
    }

    private static EventPipeParameters Shop => new()
    {
        Providers = [new EventProvider("DebugRelay-Sample-Shop", ulong.MaxValue, 5)],
        BufferMegabytes = 1,
        Rundown = false,
        DurationSeconds = 20,
    };
}
