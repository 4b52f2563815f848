using System.Runtime.InteropServices;

namespace DebugRelay.Scrubbing.Text;

/// <summary>
/// Short texts in which lately nothing was found: traces repeat themselves. Texts are compared character by character, so that no two can be taken
/// for one; where they are kept is told by a few of their characters only, and a text that takes another's place costs time and nothing else.
/// </summary>
internal sealed class CleanTexts
{
    private const int Slots = 4_096;
    private readonly char[] _texts = new char[Slots * Limits.MemoText];
    private readonly (ushort Length, byte Kind)[] _known = new (ushort, byte)[Slots];

    /// <summary>Whether this text was noted, and not displaced since.</summary>
    public bool Has(ReadOnlySpan<char> text, TextKind kind)
    {
        if (text.Length is > Limits.MemoText or 0)
        {
            return false;
        }

        var slot = SlotOf(text);
        return _known[slot] == ((ushort)text.Length, (byte)kind) && text.SequenceEqual(_texts.AsSpan(slot * Limits.MemoText, text.Length));
    }

    /// <summary>Notes a text; long ones are not taken.</summary>
    public void Add(ReadOnlySpan<char> text, TextKind kind)
    {
        if (text.Length is > Limits.MemoText or 0)
        {
            return;
        }

        var slot = SlotOf(text);
        text.CopyTo(_texts.AsSpan(slot * Limits.MemoText));
        _known[slot] = ((ushort)text.Length, (byte)kind);
    }

    /// <summary>Of the length and three groups of four characters: begin, middle, end.</summary>
    private static int SlotOf(ReadOnlySpan<char> text)
    {
        const int Group = 4;
        var hash = (ulong)text.Length * 0x9E3779B97F4A7C15;
        if (text.Length < Group)
        {
            foreach (var c in text)
            {
                hash = (hash ^ c) * 0x9E3779B97F4A7C15;
            }
        }
        else
        {
            hash = Mix(hash, text[..Group]);
            hash = Mix(hash, text[((text.Length - Group) / 2)..]);
            hash = Mix(hash, text[^Group..]);
            hash = Mix(hash, text[((text.Length - Group) * 3 / 4)..]);
        }

        return (int)(hash >> 52);
    }

    private static ulong Mix(ulong hash, ReadOnlySpan<char> text)
    {
        hash = (hash ^ MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(text))) * 0x9E3779B97F4A7C15;
        return hash ^ (hash >> 29);
    }
}
