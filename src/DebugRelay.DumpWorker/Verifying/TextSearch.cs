using System.Runtime.InteropServices;
using System.Text;
using DebugRelay.DumpWorker.Elf;

namespace DebugRelay.DumpWorker.Verifying;

/// <summary>Looks for many texts at once, at every byte: as UTF-8, as UTF-16, and as base64 of either at each of its three alignments.</summary>
internal sealed class TextSearch
{
    private const int Window = 4 * 1024 * 1024;
    private const int KeyLength = 8;
    private const int FilterBits = 20;

    /// <summary>Four masked characters.</summary>
    private const ulong Masked = 0x002a_002a_002a_002a;

    private readonly Dictionary<ulong, List<(byte[] Pattern, int Text)>> _patterns = [];
    private readonly ulong[] _filter = new ulong[1 << (FilterBits - 6)];
    private readonly int _longest;

    /// <param name="texts">What to look for, of eight bytes at least.</param>
    /// <param name="plainOnly">Not as base64.</param>
    public TextSearch(IReadOnlyList<string> texts, bool plainOnly = false)
    {
        for (int i = 0; i < texts.Count; i++)
        {
            foreach (byte[] pattern in Forms(texts[i], plainOnly).Where(p => p.Length >= KeyLength))
            {
                ulong key = MemoryMarshal.Read<ulong>(pattern);
                ref List<(byte[], int)>? list = ref CollectionsMarshal.GetValueRefOrAddDefault(_patterns, key, out _);
                (list ??= []).Add((pattern, i));
                ulong slot = Slot(key);
                _filter[slot >> 6] |= 1UL << (int)(slot & 63);
                _longest = Math.Max(_longest, pattern.Length);
            }
        }
    }

    /// <summary>Index of each text found, and where first.</summary>
    public Dictionary<int, ulong> Found { get; } = [];

    /// <summary>Searches a range of memory.</summary>
    public void Search(CoreFile core, ulong start, ulong end)
    {
        for (ulong at = start; at < end;)
        {
            ReadOnlySpan<byte> bytes = core.Memory(at, (int)Math.Min(Window, end - at));
            if (bytes.IsEmpty)
                return;
            Search(bytes, at);
            // A text may lie across two windows.
            bool isLast = (ulong)bytes.Length >= end - at || bytes.Length <= _longest;
            at += (uint)(isLast ? bytes.Length : bytes.Length - _longest);
        }
    }

    /// <summary>Searches bytes.</summary>
    public void Search(ReadOnlySpan<byte> bytes, ulong address)
    {
        for (int at = 0; at + KeyLength <= bytes.Length; at++)
        {
            ulong key = MemoryMarshal.Read<ulong>(bytes[at..]);
            if (key is 0 or Masked)
            {
                // Most of a sanitised dump is this; a text that looked for begins with neither.
                int run = bytes[at..].IndexOfAnyExcept((byte)0, (byte)'*');
                if (run < 0)
                    return;
                at += Math.Max(0, run - KeyLength);
                continue;
            }
            ulong slot = Slot(key);
            if ((_filter[slot >> 6] & (1UL << (int)(slot & 63))) != 0 && _patterns.TryGetValue(key, out List<(byte[] Pattern, int Text)>? candidates))
                Compare(bytes[at..], candidates, address + (uint)at);
        }
    }

    private void Compare(ReadOnlySpan<byte> bytes, List<(byte[] Pattern, int Text)> candidates, ulong address)
    {
        foreach ((byte[] pattern, int text) in candidates)
        {
            if (bytes.StartsWith(pattern))
                Found.TryAdd(text, address);
        }
    }

    private static ulong Slot(ulong key) => (key * 0x9E3779B97F4A7C15UL) >> (64 - FilterBits);

    private static IEnumerable<byte[]> Forms(string text, bool plainOnly)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text), utf16 = Encoding.Unicode.GetBytes(text);
        yield return utf8;
        yield return utf16;
        if (plainOnly)
            yield break;
        foreach (byte[] raw in (byte[][])[utf8, utf16])
        {
            for (int shift = 0; shift < 3; shift++)
            {
                if (Base64(raw, shift) is not { } encoded)
                    continue;
                yield return Encoding.UTF8.GetBytes(encoded);
                yield return Encoding.Unicode.GetBytes(encoded);
            }
        }
    }

    /// <summary>The characters that stand for this text wherever it is encoded in the middle of another one.</summary>
    private static string? Base64(byte[] raw, int shift)
    {
        int skip = shift == 0 ? 0 : 3 - shift;
        int whole = (raw.Length - skip) / 3 * 3;
        return whole < 6 ? null : Convert.ToBase64String(raw.AsSpan(skip, whole));
    }
}
