using System.Globalization;
using System.Text;

namespace DebugRelay.Recording;

/// <summary>Reads a segment's lines once: their SHA-256, and whether each begins with its counter.</summary>
internal static class SegmentEntries
{
    public static (string Sha256, bool Counted) Read(string path, long first, long count)
    {
        using var hash = Digest.Begin();
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var lines = new LineCounter(first);
        var buffer = new byte[64 * 1024];
        for (var position = 0L; ;)
        {
            var read = RandomAccess.Read(file, buffer, position);
            if (read == 0)
                return (hash.CurrentHex(), lines.Ended(count));
            hash.AppendData(buffer, 0, read);
            lines.Add(buffer.AsSpan(0, read));
            position += read;
        }
    }

    private sealed class LineCounter(long first)
    {
        private long _lines;
        private byte[] _prefix = Prefix(first);
        private int _matched;
        private bool _wrong;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                var end = bytes.IndexOf((byte)'\n');
                Match(end < 0 ? bytes : bytes[..end]);
                if (end < 0)
                    return;
                EndLine();
                bytes = bytes[(end + 1)..];
            }
        }

        public bool Ended(long count)
        {
            if (_matched > 0)
                EndLine();
            return !_wrong && _lines == count;
        }

        private void Match(ReadOnlySpan<byte> part)
        {
            var length = Math.Min(part.Length, _prefix.Length - _matched);
            _wrong |= !part[..length].SequenceEqual(_prefix.AsSpan(_matched, length));
            _matched += length;
        }

        private void EndLine()
        {
            _wrong |= _matched < _prefix.Length;
            _lines++;
            _prefix = Prefix(first + _lines);
            _matched = 0;
        }

        private static byte[] Prefix(long counter) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"n\":{counter},"));
    }
}
