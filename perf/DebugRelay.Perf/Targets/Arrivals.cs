using System.Diagnostics;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.Perf.Targets;

/// <summary>Bytes, and when each of them was there.</summary>
internal sealed class Arrivals
{
    private readonly List<(long Time, byte[] Bytes)> _pieces = [];

    public void Add(byte[] bytes) => _pieces.Add((Stopwatch.GetTimestamp(), bytes));

    /// <summary>When each event of the stream could be read, in its order; none where it is no stream.</summary>
    /// <param name="skip">Bytes before the stream.</param>
    public long[] TimesOfEvents(int skip)
    {
        if (_pieces.Sum(p => p.Bytes.Length) <= skip)
            return [];
        var times = new List<long>();
        using var stream = new Replay([.. _pieces], skip);
        using var source = new EventPipeEventSource(stream);
        source.Dynamic.All += data =>
        {
            if (data.EventName == "EventCounters")
                times.Add(stream.Time);
        };
        source.Process();
        return [.. times];
    }

    /// <summary>Gives one piece after the other, and says when the last one that was read came.</summary>
    private sealed class Replay((long Time, byte[] Bytes)[] pieces, int skip) : Stream
    {
        private int _piece;
        private int _at;
        private int _skip = skip;

        public long Time { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            while (_piece < pieces.Length)
            {
                int drop = Math.Min(_skip, pieces[_piece].Bytes.Length - _at);
                (_at, _skip) = (_at + drop, _skip - drop);
                int some = Math.Min(count, pieces[_piece].Bytes.Length - _at);
                if (some > 0)
                {
                    Time = pieces[_piece].Time;
                    Array.Copy(pieces[_piece].Bytes, _at, buffer, offset, some);
                    _at += some;
                    return some;
                }
                (_piece, _at) = (_piece + 1, 0);
            }
            return 0;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
