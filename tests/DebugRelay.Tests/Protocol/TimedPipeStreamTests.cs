using System.IO.Pipes;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Windows;
using Xunit;

namespace DebugRelay.Tests.Protocol;

/// <summary>Blocking frames with time limits over a named pipe, of which every operating system has some kind.</summary>
public class TimedPipeStreamTests
{
    [Fact]
    public async Task A_frame_comes_a_time_limit_holds_and_a_pipe_that_is_given_away_stays_open()
    {
        (TimedPipeStream ours, NamedPipeClientStream theirs) = await ConnectAsync();
        await using NamedPipeClientStream peer = theirs;
        var frames = new BlockingFrames(ours);
        await peer.WriteAsync(FrameOf("""{"code":"denied","message":"no"}"""u8), TestContext.Current.CancellationToken);
        Assert.Equal("denied", frames.Expect(FrameType.Refused, ProtocolJson.Default.Refused).Code);

        ours.ReadTimeout = 50;
        Assert.Equal(ErrorCode.TimedOut, Assert.Throws<ProtocolException>(() => frames.Receive()).Code);

        TimedPipeStream given = ours.Detach();
        await ours.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => ours.Write([1]));
        new BlockingFrames(given).Write(FrameType.Heartbeat, "{}"u8);
        byte[] frame = new byte[Frame.HeaderSize + 2];
        await peer.ReadExactlyAsync(frame, TestContext.Current.CancellationToken);
        Assert.Equal((FrameType.Heartbeat, 2), Frame.ReadHeader(frame));
        await given.DisposeAsync();
        Assert.Equal(0, await peer.ReadAsync(frame, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_other_s_end_is_told_from_a_frame()
    {
        (TimedPipeStream ours, NamedPipeClientStream theirs) = await ConnectAsync();
        await using TimedPipeStream pipe = ours;
        await theirs.DisposeAsync();
        Assert.Equal(ErrorCode.Truncated, Assert.Throws<ProtocolException>(() => new BlockingFrames(pipe).Receive()).Code);
        Assert.Throws<PeerGoneException>(() => new BlockingFrames(pipe).Write(FrameType.Heartbeat, "{}"u8));
    }

    private static async Task<(TimedPipeStream Ours, NamedPipeClientStream Theirs)> ConnectAsync()
    {
        string name = Guid.NewGuid().ToString("n");
        var server = new NamedPipeServerStream(name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        var client = new NamedPipeClientStream(".", name, PipeDirection.InOut, PipeOptions.Asynchronous);
        await Task.WhenAll(server.WaitForConnectionAsync(TestContext.Current.CancellationToken), client.ConnectAsync(TestContext.Current.CancellationToken));
        return (new TimedPipeStream(server), client);
    }

    private static byte[] FrameOf(ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[Frame.HeaderSize + payload.Length];
        Frame.WriteHeader(frame, FrameType.Refused, payload.Length);
        payload.CopyTo(frame.AsSpan(Frame.HeaderSize));
        return frame;
    }
}
