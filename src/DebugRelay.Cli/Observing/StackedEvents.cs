using System.Buffers.Binary;
using System.IO.Pipelines;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.NetTrace;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Observing;

/// <summary>Gets one event of a trace. The event and its stack are valid only during the call.</summary>
/// <param name="each">The event.</param>
/// <param name="stack">Addresses, innermost frame first; empty where it has none.</param>
/// <param name="time">When it was written, UTC.</param>
internal delegate void StackedEventHandler(NetTraceEvent each, ReadOnlySpan<ulong> stack, DateTime time);

/// <summary>
/// Reads a trace's events with their stacks while it arrives. TraceEvent gives stacks from files alone, and after an index of them was made: here
/// they are wanted while a process is being watched.
/// </summary>
internal static class StackedEvents
{
    /// <param name="operation">Whose result is a nettrace stream.</param>
    /// <param name="onEvent">Called for one event after another.</param>
    /// <param name="duration">How long; null: until it is stopped.</param>
    /// <param name="stop">Ends it early.</param>
    public static Task<OperationEnd> ReadAsync(Operation operation, StackedEventHandler onEvent, TimeSpan? duration, CancellationToken stop)
        => TracePipe.ReadAsync(operation, input => Task.Run(() => ReadAsync(input, onEvent)), duration, stop);

    /// <summary>Reads a stream to its end and completes it.</summary>
    /// <exception cref="LocalException">It is no trace.</exception>
    public static async Task ReadAsync(PipeReader input, StackedEventHandler onEvent)
    {
        try
        {
            var reader = new NetTraceReader(input);
            var stacks = new Dictionary<uint, ulong[]>();
            while (await reader.ReadAsync())
                Take(reader, stacks, onEvent);
            if (reader.Error != NetTraceError.None)
                throw new LocalException($"the events cannot be read: {reader.Message}", "record them with `debugrelay trace` and look at the file");
        }
        finally
        {
            await input.CompleteAsync();
        }
    }

    private static void Take(NetTraceReader reader, Dictionary<uint, ulong[]> stacks, StackedEventHandler onEvent)
    {
        NetTraceBlock block = reader.Block;
        switch (block.Kind)
        {
            case BlockKind.Stack:
                Add(block.Content, reader.PointerSize, stacks);
                break;
            case BlockKind.SequencePoint:
                // From here on, ids of stacks are given anew.
                stacks.Clear();
                break;
            case BlockKind.Event:
                foreach (NetTraceEvent each in block.Events)
                    onEvent(each, stacks.GetValueOrDefault(each.Stack), TimeOf(reader, each.Timestamp));
                break;
        }
    }

    private static void Add(ReadOnlySpan<byte> content, int pointerSize, Dictionary<uint, ulong[]> stacks)
    {
        uint id = BinaryPrimitives.ReadUInt32LittleEndian(content);
        ReadOnlySpan<byte> rest = content[8..];
        // That the block is whole was seen to when it was read.
        for (uint left = BinaryPrimitives.ReadUInt32LittleEndian(content[4..]); left > 0; left--, id++)
        {
            int size = (int)BinaryPrimitives.ReadUInt32LittleEndian(rest);
            stacks[id] = Addresses(rest.Slice(4, size), pointerSize);
            rest = rest[(4 + size)..];
        }
    }

    private static ulong[] Addresses(ReadOnlySpan<byte> bytes, int pointerSize)
    {
        ulong[] addresses = new ulong[bytes.Length / pointerSize];
        for (int i = 0; i < addresses.Length; i++)
        {
            ReadOnlySpan<byte> at = bytes[(i * pointerSize)..];
            addresses[i] = pointerSize == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
        }
        return addresses;
    }

    private static DateTime TimeOf(NetTraceReader reader, ulong timestamp)
    {
        double ticks = reader.TicksPerSecond == 0 ? 0 : ((double)timestamp - reader.StartTimestamp) / reader.TicksPerSecond * TimeSpan.TicksPerSecond;
        DateTime start = reader.StartTime ?? DateTime.UnixEpoch;
        bool fits = Math.Abs(ticks) < TimeSpan.TicksPerDay * 365.0;
        return fits ? start.AddTicks((long)ticks) : start;
    }
}
