using System.Buffers.Binary;
using System.Net.Sockets;
using DebugRelay.Endurance.Chaos;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.NetTrace;

namespace DebugRelay.Endurance.Faults;

/// <summary>Processes whose runtime is none: what they send is wrong, without end, or claims to be what it is not.</summary>
internal static class LyingTargets
{
    public static IEnumerable<Fault> All { get; } =
    [
        new("lying-garbage", round => LieAsync(round, () => round.AnyBytes(round.Any(100, 100_000)), endless: false)),
        new("lying-endless-garbage", round => LieAsync(round, () => round.AnyBytes(64 * 1024), endless: true)),
        new("lying-endless-metadata", EndlessMetadataAsync),
        new("lying-block-of-4-gb", round => LieAsync(round, BlockOf4Gb, endless: true)),
    ];

    /// <summary>A stream that begins well.</summary>
    private static TraceBuilder Beginning() => new TraceBuilder().Head().Trace();

    private static byte[] BlockOf4Gb()
    {
        byte[] block = new TraceBuilder().Events(new BuiltEvent(1, [])).ToArray();
        // The size stands behind the object's head: its marks, two numbers and its name.
        int size = 3 + 4 + 4 + 4 + "EventBlock".Length + 1;
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(size), uint.MaxValue);
        return [.. Beginning().ToArray(), .. block];
    }

    /// <summary>Each definition is well-formed; they are padded by their place in the stream.</summary>
    private static Task EndlessMetadataAsync(Round round)
    {
        byte[] beginning = Beginning().ToArray();
        (int id, long at) = (0, 0);
        return LieAsync(round, Next, endless: true);

        byte[] Next()
        {
            int before = (int)(at % 4);
            byte[] piece = ++id == 1 ? beginning : new TraceBuilder().Raw(new byte[before])
                .Metadata(id, $"Lies-{id}", id, $"Lie-{id}", new BuiltField("a", 18), new BuiltField("b", 18)).ToArray()[before..];
            at += piece.Length;
            return piece;
        }
    }

    /// <summary>A trace of a process that sends one piece, or piece after piece until nobody takes any more.</summary>
    private static async Task LieAsync(Round round, Func<byte[]> piece, bool endless)
    {
        using var runtime = new FakeRuntime(round.Site.Temporary.Path);
        await using RawSession session = await round.Host.OpenAsync(round.Cancellation);
        TargetProcess target = await session.FindAsync(Environment.ProcessId, round.Cancellation);
        Task<RawClient> starting = session.StartTraceAsync(target, round.Cancellation);
        using Socket stream = await runtime.AcceptAsync(round.Cancellation);
        FakeRuntime.AcceptTrace(stream);
        await using RawClient trace = await starting;
        Task<OperationEnd> reading = trace.ReadToEndAsync(round.Cancellation);
        try
        {
            do
                await stream.SendAsync(piece(), round.Cancellation);
            while (endless && !reading.IsCompleted);
            stream.Dispose();
        }
        catch (SocketException)
        {
            // Nobody takes it.
        }
        OperationEnd end = await reading;
        Round.Expect(end.Partial, "a lying process' trace passes for whole");
    }
}
