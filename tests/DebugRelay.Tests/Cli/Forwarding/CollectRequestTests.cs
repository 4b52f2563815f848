using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Forwarding;
using Xunit;

namespace DebugRelay.Tests.Cli.Forwarding;

public class CollectRequestTests
{
    private static readonly TraceProvider Shop = new("Shop", 0xF0, 4, "k=v");

    [Theory]
    [InlineData(IpcCommand.CollectTracing, true, true)]
    [InlineData(IpcCommand.CollectTracing2, false, true)]
    [InlineData(IpcCommand.CollectTracing3, false, false)]
    [InlineData(IpcCommand.CollectTracing4, true, false)]
    [InlineData(IpcCommand.CollectTracing5, true, false)]
    internal void Each_form_is_read(IpcCommand command, bool rundown, bool stacks)
    {
        EventPipeOrder order = CollectRequest.Parse(new IpcMessage(command, Payload(command)));
        Assert.Equal((64, rundown, stacks), (order.BufferMegabytes, order.Rundown, order.Stacks));
        Assert.Equal(Shop, Assert.Single(order.Providers));
    }

    [Theory]
    [InlineData(IpcCommand.CollectTracing)]
    [InlineData(IpcCommand.CollectTracing5)]
    internal void A_message_that_is_cut_or_too_long_is_an_error_and_nothing_else(IpcCommand command)
    {
        byte[] whole = Payload(command);
        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<IpcException>(() => CollectRequest.Parse(new IpcMessage(command, whole[..length])));
        Assert.Throws<IpcException>(() => CollectRequest.Parse(new IpcMessage(command, [.. whole, 0])));
    }

    [Fact]
    public void A_hosts_own_file_and_the_old_format_are_not_given()
    {
        byte[] userEvents = Payload(IpcCommand.CollectTracing5);
        userEvents[0] = 1;
        Assert.Throws<IpcException>(() => CollectRequest.Parse(new IpcMessage(IpcCommand.CollectTracing5, userEvents)));
        byte[] netPerf = Payload(IpcCommand.CollectTracing);
        netPerf[4] = 0;
        Assert.Throws<IpcException>(() => CollectRequest.Parse(new IpcMessage(IpcCommand.CollectTracing, netPerf)));
    }

    [Fact]
    public async Task What_comes_from_a_tool_is_a_message_or_an_error()
    {
        var random = new Random(7);
        byte[] good = [.. "DOTNET_IPC_V1\0"u8, 24, 0, 2, 3, 0, 0, 1, 2, 3, 4];
        Assert.Equal(IpcCommand.CollectTracing2, (await IpcMessage.ReadAsync(new MemoryStream(good), CancellationToken.None))!.Command);
        Assert.Null(await IpcMessage.ReadAsync(new MemoryStream(good[..10]), CancellationToken.None));
        for (int i = 0; i < 2000; i++)
        {
            byte[] bad = [.. good];
            bad[random.Next(bad.Length)] = (byte)random.Next(256);
            try
            {
                IpcMessage? message = await IpcMessage.ReadAsync(new MemoryStream(bad), CancellationToken.None);
                Assert.NotNull(message);
                CollectRequest.Parse(message);
            }
            catch (Exception error) when (error is IpcException or EndOfStreamException)
            {
                // As it should be.
            }
        }
    }

    [Theory]
    [InlineData("counters", false, "System.Runtime", 0, "EventCounterIntervalSec=1")]
    [InlineData("trace", true, "System.Runtime", 0, "EventCounterIntervalSec=1")]
    [InlineData("gcdump", false, "Microsoft-Windows-DotNETRuntime", 0x1980001, null)]
    [InlineData("gcdump", false, "Microsoft-DotNETCore-SampleProfiler", 0, null)]
    [InlineData("stacks", true, "Microsoft-DotNETCore-SampleProfiler", 0, null)]
    [InlineData("exceptions", true, "Microsoft-Windows-DotNETRuntime", 0x8000, null)]
    [InlineData("logs", true, "Microsoft-Extensions-Logging", 4, null)]
    [InlineData("trace", true, "System.Net.Http", 4, null)]
    public void The_narrowest_operation_is_asked_for(string operation, bool rundown, string provider, long keywords, string? arguments)
    {
        var order = new EventPipeOrder([new TraceProvider(provider, (ulong)keywords, 4, arguments)], 1024, rundown, null);
        var choice = new OperationChoice(256);
        (string chosen, EventPipeOrder asked) = choice.For(order, ["trace", "counters", "stacks", "gcdump", "logs", "exceptions"]);
        Assert.Equal((operation, 256), (chosen, asked.BufferMegabytes));
        // Who has `trace` alone gets by it what it covers; who has nothing is told what is missing.
        Assert.Equal("trace", choice.For(order, ["trace"]).Operation);
        Assert.Equal(operation, choice.For(order, []).Operation);
    }

    private static byte[] Payload(IpcCommand command)
    {
        var payload = new PayloadWriter();
        if (command == IpcCommand.CollectTracing5)
            payload.UInt32(0);
        payload.UInt32(64);
        payload.UInt32(1);
        if (command >= IpcCommand.CollectTracing4)
            payload.UInt64(0x80020139);
        byte[] switches = command is IpcCommand.CollectTracing2 or IpcCommand.CollectTracing4 or IpcCommand.CollectTracing5 ? [0]
            : command == IpcCommand.CollectTracing3 ? [0, 0] : [];
        var provider = new PayloadWriter();
        provider.UInt32(1);
        provider.UInt64(Shop.Keywords);
        provider.UInt32((uint)Shop.Level);
        provider.String(Shop.Name);
        provider.String(Shop.Arguments!);
        // A filter of one event, to be enabled.
        byte[] filter = command == IpcCommand.CollectTracing5 ? [1, 1, 0, 0, 0, 7, 0, 0, 0] : [];
        return [.. payload.Written, .. switches, .. provider.Written, .. filter];
    }
}
