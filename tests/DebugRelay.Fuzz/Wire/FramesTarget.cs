using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Sockets;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Unix;

namespace DebugRelay.Fuzz;

/// <summary>
/// Reading of frames from a pipe that gives them in pieces, and from a blocking socket. Both read what a reader of a few lines in here reads, end with the error that
/// it ends with, and what they read is, written again, the input up to there.
/// </summary>
internal sealed class FramesTarget : FuzzTarget
{
    /// <summary>Room for the largest rows of <see cref="FrameSeeds"/>.</summary>
    private const int MaxSize = 1024 * 1024;

    /// <summary>What fits a socket's buffer while nobody reads.</summary>
    private const int SocketSize = 64 * 1024;

    /// <summary>One input of so many goes through a socket too, which takes longer.</summary>
    private const ulong SocketShare = 16;

    /// <summary>A quarter of what a connection's pipe takes at once.</summary>
    private const int MostPiece = 16 * 1024;

    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false);

    private readonly byte[] _buffer = new byte[MaxSize];
    private readonly Pipe _pipe = new(Inline);
    private readonly List<(FrameType Type, byte[] Payload)> _read = [];
    private readonly ArrayPipeWriter _written = new();
    private SeedFrame[][]? _seeds;
    private string? _error;

    public override string Name => "frames";

    public override IReadOnlyList<string> Assemblies => ["DebugRelay.Protocol"];

    /// <summary>The payloads are kept for the check. A length that is within its type's limit costs nothing until the bytes are there.</summary>
    public override long MaxAllocated(int length) => 64 * 1024 + (4 * length);

    public override ReadOnlySpan<byte> Next(Random random)
    {
        var seeds = _seeds ??= FrameSeeds.Make(random);
        var row = seeds[random.Next(seeds.Length)];
        var (length, damaged) = (0, random.Next(row.Length));
        for (var i = 0; i < row.Length; i++)
        {
            if (i == damaged && random.Next(8) == 0) continue;
            for (var times = i == damaged && random.Next(8) == 0 ? 2 : 1; times > 0; times--) length = Append(length, row[i]);
        }
        for (var times = random.Next(3); times > 0; times--) length = ByteDamage.Once(random, _buffer, 0, length);
        if (length > Frame.HeaderSize && random.Next(4) == 0) length = DamageHeader(random, length);
        if (random.Next(8) == 0) length = random.Next(length + 1);
        return _buffer.AsSpan(0, length);
    }

    public override IEnumerable<byte[]> Seeds() => FrameSeeds.Make(new Random(1)).Take(60).Select(row =>
    {
        var length = 0;
        foreach (var frame in row) length = Append(length, frame);
        return _buffer[..length];
    });

    public override Outcome Run(ReadOnlySpan<byte> input)
    {
        _read.Clear();
        _error = null;
        var hash = ContentHash.Of(input);
        try
        {
            ReadFromPipe(input, hash);
        }
        catch (ProtocolException error)
        {
            _error = error.Code;
        }
        finally
        {
            _pipe.Reader.Complete();
            _pipe.Writer.Complete();
            _pipe.Reset();
        }
        return _error is null ? Outcome.Accepted : _read.Count > 0 ? Outcome.Cut : Outcome.Refused;
    }

    public override string? Check(ReadOnlySpan<byte> input)
    {
        var (frames, end, error) = Expected(input);
        if (_error != error) return $"The error is {_error ?? "none"}, and {error ?? "none"} is due.";
        if (_read.Count != frames) return $"{_read.Count} frames were read of {frames}.";
        _written.Clear();
        var writer = new FrameWriter(_written);
        foreach (var (type, payload) in _read) Done(writer.WriteAsync(type, payload, CancellationToken.None));
        if (!_written.Written.SequenceEqual(input[..end])) return "What was read is, written again, something else.";
        return input.Length <= SocketSize && ContentHash.Of(input) % SocketShare == 0 ? CheckSocket(input, error) : null;
    }

    private void ReadFromPipe(ReadOnlySpan<byte> input, ulong hash)
    {
        var reader = new FrameReader(_pipe.Reader);
        while (true)
        {
            var reading = reader.ReadAsync(CancellationToken.None);
            while (!reading.IsCompleted)
            {
                var piece = Math.Min(input.Length, PieceOf(ref hash));
                _pipe.Writer.Write(input[..piece]);
                input = input[piece..];
                if (input.IsEmpty) _pipe.Writer.Complete();
                else Done(_pipe.Writer.FlushAsync());
            }
            if (reading.GetAwaiter().GetResult() is not { } frame) return;
            _read.Add((frame.Type, frame.Payload.ToArray()));
        }
    }

    /// <summary>How many bytes come next: often a few, seldom many.</summary>
    private static int PieceOf(ref ulong hash)
    {
        hash = (hash << 7) | (hash >> 57);
        return (hash & 7) switch { 0 => 1, 1 => 4, 2 => 5, < 6 => (int)(hash >> 8 & 63) + 1, _ => MostPiece };
    }

    private string? CheckSocket(ReadOnlySpan<byte> input, string? due)
    {
        var (ours, descriptor) = SocketPair.Create();
        using var theirs = new Socket(new SafeSocketHandle(descriptor.DangerousGetHandle(), ownsHandle: false));
        using (descriptor)
        using (ours)
        {
            ours.Send(input);
            ours.Shutdown(SocketShutdown.Send);
            using var connection = new NetworkStream(theirs);
            var frames = new BlockingFrames(connection);
            for (var i = 0; ; i++)
            {
                try
                {
                    var (type, payload) = frames.Receive();
                    if (i >= _read.Count || type != _read[i].Type || !payload.AsSpan().SequenceEqual(_read[i].Payload)) return $"The socket gives another frame {i}.";
                }
                catch (ProtocolException error)
                {
                    // It has no word for an end between frames.
                    if (i != _read.Count) return $"The socket ends before frame {i} with {error.Code}.";
                    return error.Code == (due ?? ErrorCode.Truncated) ? null : $"The socket ends with {error.Code}, and {due} is due.";
                }
            }
        }
    }

    private static (int Frames, int End, string? Error) Expected(ReadOnlySpan<byte> input)
    {
        for (var (frames, at) = (0, 0); ; frames++)
        {
            if (at == input.Length) return (frames, at, null);
            if (input.Length - at < Frame.HeaderSize) return (frames, at, ErrorCode.Truncated);
            var (length, type) = (BinaryPrimitives.ReadUInt32BigEndian(input[at..]), (FrameType)input[at + 4]);
            if (!Enum.IsDefined(type)) return (frames, at, ErrorCode.UnknownFrame);
            if (length > Limits.PayloadOf(type)) return (frames, at, ErrorCode.FrameTooLong);
            if (length > input.Length - at - Frame.HeaderSize) return (frames, at, ErrorCode.Truncated);
            at += Frame.HeaderSize + (int)length;
        }
    }

    private int DamageHeader(Random random, int length)
    {
        var type = (FrameType)_buffer[4];
        var limit = (uint)Limits.PayloadOf(type);
        var lengths = (uint[])[0, 1, limit - 1, limit, limit + 1, int.MaxValue, 0x8000_0000, uint.MaxValue];
        BinaryPrimitives.WriteUInt32BigEndian(_buffer, lengths[random.Next(lengths.Length)]);
        return length;
    }

    private int Append(int at, SeedFrame frame)
    {
        Frame.WriteHeader(_buffer.AsSpan(at), frame.Type, frame.Payload.Length);
        frame.Payload.CopyTo(_buffer, at + Frame.HeaderSize);
        return at + Frame.HeaderSize + frame.Payload.Length;
    }

    private static void Done(ValueTask task) => task.GetAwaiter().GetResult();

    private static void Done(ValueTask<FlushResult> task) => task.GetAwaiter().GetResult();
}
