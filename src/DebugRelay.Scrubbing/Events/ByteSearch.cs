using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Events;

/// <summary>Searches byte arrays as text: in UTF-8, and in UTF-16 from the first and from the second byte on.</summary>
internal sealed class ByteSearch(TextScrubber text)
{
    private readonly ArrayBufferWriter<char> _decoded = new();

    /// <summary>Whether a detector finds something, or the search failed. The findings are counted.</summary>
    public bool HoldsFinding(ReadOnlySpan<byte> bytes, string source)
    {
        _decoded.ResetWrittenCount();
        Encoding.UTF8.GetChars(bytes, _decoded);
        return text.TryScrub(_decoded.WrittenSpan, TextKind.Free, source, out _)
            || text.TryScrub(MemoryMarshal.Cast<byte, char>(bytes), TextKind.Free, source, out _)
            || (bytes.Length > 1 && text.TryScrub(MemoryMarshal.Cast<byte, char>(bytes[1..]), TextKind.Free, source, out _));
    }
}
