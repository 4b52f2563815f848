using System.Net.Sockets;
using System.Text;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Unix;
using DebugRelay.TestSupport;
using Xunit;

namespace DebugRelay.Tests.Protocol;

public class DescriptorSocketTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_socket_that_is_handed_over_goes_on_working_in_its_new_hands()
    {
        (Socket left, Socket right) = await PairAsync();
        (Socket near, Socket far) = await PairAsync();
        using var sender = new DescriptorSocket(left);
        using var receiver = new DescriptorSocket(right);

        await sender.SendAsync(FrameType.Job, "{}"u8.ToArray(), [near.SafeHandle], Cancellation);
        near.Dispose();
        (Frame frame, SafeFileDescriptor[] descriptors) = (await receiver.ReceiveAsync(Cancellation))!.Value;
        Assert.Equal(FrameType.Job, frame.Type);
        using var handedOver = new Socket(new SafeSocketHandle(Assert.Single(descriptors).Detach(), ownsHandle: true));

        await handedOver.SendAsync("hello"u8.ToArray(), Cancellation);
        byte[] buffer = new byte[5];
        int got = await far.ReceiveAsync(buffer, Cancellation);
        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, got));
        handedOver.Dispose();
        Assert.Equal(0, await far.ReceiveAsync(buffer, Cancellation));
    }

    [Fact]
    public async Task Descriptors_stay_with_their_frame_also_when_frames_come_together()
    {
        (Socket left, Socket right) = await PairAsync();
        (Socket one, Socket other) = await PairAsync();
        using var sender = new DescriptorSocket(left);
        using var receiver = new DescriptorSocket(right);
        byte[] large = new byte[Limits.ControlPayload];

        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < 20; i++)
            {
                await sender.SendAsync(FrameType.JobEnded, large, [], Cancellation);
                await sender.SendAsync(FrameType.Job, large, [one.SafeHandle, other.SafeHandle], Cancellation);
            }
            sender.Dispose();
        }, Cancellation);
        var counts = new List<int>();
        while (await receiver.ReceiveAsync(Cancellation) is var (frame, descriptors))
        {
            Assert.Equal(large.Length, frame.Payload.Length);
            counts.Add(descriptors.Length);
            Array.ForEach(descriptors, d => d.Dispose());
        }
        await sending;
        Assert.Equal(Enumerable.Repeat(new[] { 0, 2 }, 20).SelectMany(c => c), counts);
    }

    [Fact]
    public async Task The_kernel_names_the_peer()
    {
        (Socket left, Socket right) = await PairAsync();
        using (left)
        using (right)
            Assert.Equal(Environment.ProcessId, PeerCredentials.Of(left).Pid);
    }

    private static async Task<(Socket Left, Socket Right)> PairAsync()
    {
        using var folder = new TemporaryFolder();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var path = new UnixDomainSocketEndPoint(folder.File("s"));
        listener.Bind(path);
        listener.Listen();
        var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await left.ConnectAsync(path, Cancellation);
        return (left, await listener.AcceptAsync(Cancellation));
    }
}
