using System.Text.RegularExpressions;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Refusals;

/// <summary>What a role may take of a host, at most.</summary>
public sealed class RoleLimitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_identity_has_as_many_sessions_at_once_as_its_role_allows()
    {
        await using RelayHost host = await StartAsync("""{ "sessions": 1 }""");
        await using (RawSession only = await host.OpenAsync(Cancellation))
        {
            RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => host.OpenAsync(Cancellation));
            Assert.Equal(ErrorCode.LimitReached, e.Refusal.Code);
            Assert.Contains(RelayHost.Alice, e.Refusal.Message, StringComparison.Ordinal);
            // Another engineer has his own.
            await using RawSession bobs = await RawSession.OpenAsync(host.Port, host.Authority.Client("spiffe://corp.example/eng/bob"), Cancellation);
            await only.Control.Writer.WriteAsync(FrameType.CloseSession, Cancellation);
            Assert.Equal(ErrorCode.Closed, (await only.Control.ReadClosedAsync(Cancellation)).Code);
            // Who is told that a session is over may open the next at once.
            await host.ServesTheNextAsync(Cancellation);
        }
    }

    [Fact]
    public async Task A_session_without_an_operation_is_closed_and_a_running_operation_is_one()
    {
        await using RelayHost host = await StartAsync("""{ "idle": "6s" }""");
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        TargetProcess target = await session.FindAsync(sample.Id, Cancellation);
        await using RawClient trace = await session.SendAsync(session.Sign(session.Request("trace", target, Shop(seconds: 8))), Cancellation);
        await trace.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        Assert.False((await trace.ReadToEndAsync(Cancellation)).Partial);
        SessionClosed closed = await session.Control.ReadClosedAsync(Cancellation);
        Assert.Equal(ErrorCode.Idle, closed.Code);
        Assert.Contains("6 s", closed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operation_ends_where_the_session_has_had_its_bytes()
    {
        await using RelayHost host = await StartAsync("""{ "bytes": "64KiB" }""");
        await using SampleProcess sample = await SampleProcess.StartAsync("--burst", "--rate", "1");
        await using RawSession session = await host.OpenAsync(Cancellation);
        TargetProcess target = await session.FindAsync(sample.Id, Cancellation);
        EventPipeParameters burst = Shop(seconds: 60) with { Providers = [new EventProvider("DebugRelay-Sample-Burst", ulong.MaxValue, 5)] };
        await using RawClient trace = await session.SendAsync(session.Sign(session.Request("trace", target, burst)), Cancellation);
        await trace.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        OperationEnd end = await trace.ReadToEndAsync(Cancellation);
        Assert.Equal((true, ErrorCode.LimitReached), (end.Partial, end.Code));
        Assert.InRange(end.Bytes, 0, 64 * 1024);
        // The next is refused before the target hears of it.
        await using RawClient next = await session.SendAsync(session.Sign(session.Request("process.info", target)), Cancellation);
        Assert.Equal(ErrorCode.LimitReached, (await next.LastWordAsync(Cancellation))?.Code);
        // And recorded once, as whose decision it was.
        string recorded = string.Concat(Directory.GetFiles(host.OnlyRecording()).Where(f => f.EndsWith(".ndjson", StringComparison.Ordinal)).Select(File.ReadAllText));
        Assert.Equal(1, Regex.Count(recorded, "\"allowed\":false"));
        Assert.Contains("\"by\":\"agent\",\"code\":\"limit-reached\"", recorded, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_s_buffer_is_no_larger_than_the_role_allows()
    {
        await using RelayHost host = await StartAsync("""{ "traceBuffer": "8MiB" }""");
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        TargetProcess target = await session.FindAsync(sample.Id, Cancellation);
        await using RawClient large = await session.SendAsync(session.Sign(session.Request("trace", target, Shop(seconds: 1) with { BufferMegabytes = 9 })), Cancellation);
        Refused? refused = await large.LastWordAsync(Cancellation);
        Assert.Equal(ErrorCode.LimitReached, refused?.Code);
        Assert.Contains("traceBuffer", refused!.Message, StringComparison.Ordinal);
        Assert.Contains("Ask for less", refused.Hint, StringComparison.Ordinal);
        await using RawClient small = await session.SendAsync(session.Sign(session.Request("trace", target, Shop(seconds: 1))), Cancellation);
        await small.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
    }

    [Fact]
    public async Task A_role_names_its_providers_and_how_long_its_sessions_are()
    {
        await using RelayHost host = await StartAsync("""{ "session": "20s", "providers": ["System.*", "DebugRelay-Sample-Shop:0x3"] }""");
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        TargetProcess target = await session.FindAsync(sample.Id, Cancellation);
        await using RawClient wide = await session.SendAsync(session.Sign(session.Request("trace", target, Shop(seconds: 1))), Cancellation);
        Refused? refused = await wide.LastWordAsync(Cancellation);
        Assert.Equal(ErrorCode.LimitReached, refused?.Code);
        Assert.Contains("the role's providers do not allow DebugRelay-Sample-Shop with keywords 0xffffffffffffffff", refused!.Message, StringComparison.Ordinal);
        EventPipeParameters narrow = Shop(seconds: 60) with { Providers = [new EventProvider("DebugRelay-Sample-Shop", 1, 5)] };
        await using RawClient trace = await session.SendAsync(session.Sign(session.Request("trace", target, narrow)), Cancellation);
        await trace.Reader.ExpectAsync(FrameType.Accepted, Cancellation);

        OperationEnd end = await trace.ReadToEndAsync(Cancellation);
        Assert.Equal((true, ErrorCode.Expired), (end.Partial, end.Code));
        Assert.Equal(ErrorCode.Expired, (await session.Control.ReadClosedAsync(Cancellation)).Code);
    }

    private static Task<RelayHost> StartAsync(string limits)
        => RelayHost.StartAsync(RelayHost.OpenPolicy.Replace("\"members\"", $"\"limits\": {limits}, \"members\"", StringComparison.Ordinal));

    private static EventPipeParameters Shop(int seconds) => new()
    {
        Providers = [new EventProvider("DebugRelay-Sample-Shop", ulong.MaxValue, 5)],
        BufferMegabytes = 8,
        Rundown = false,
        DurationSeconds = seconds,
    };
}
