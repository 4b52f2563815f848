using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DebugRelay.Scrubbing.Text;

/// <summary>
/// Short texts in which lately nothing was found: traces repeat themselves. Where nothing in a text even asked for a closer look, which the values of
/// its digits cannot change, it stands for all texts that differ from it in these alone: "order 17" for "order 18". Texts are compared character by
/// character, so that no two can be taken for one; the hash says only where one is kept, and a text that takes another's place costs time and nothing
/// else.
/// </summary>
internal sealed class CleanTexts
{
    private const int Slots = 4_096;
    private const int SlotBits = 12;
    private const uint AnyDigits = 1u << 31;
    private const uint Factor = 0x9E3779B1;
    private static readonly int Lanes = Vector256<ushort>.Count;

    private readonly char[] _texts = new char[Slots * Limits.MemoText];
    private readonly uint[] _known = new uint[Slots];

    /// <summary>Whether this text was noted, and not displaced since. <paramref name="place"/> is where it may be noted.</summary>
    public bool Has(ReadOnlySpan<char> text, TextKind kind, out Place place)
    {
        if (text.Length is > Limits.MemoText or 0)
        {
            place = default;
            return false;
        }

        var units = MemoryMarshal.Cast<char, ushort>(text);
        place = new Place(SlotOf(units, digitless: true), 0);
        if (Has(units, place.Digitless, KnownOf(text, kind, anyDigits: true)))
        {
            return true;
        }

        place = new Place(place.Digitless, SlotOf(units, digitless: false));
        return Has(units, place.Exact, KnownOf(text, kind, anyDigits: false));
    }

    /// <summary>Notes a text, or its form without digits for all texts of that form.</summary>
    public void Add(ReadOnlySpan<char> text, TextKind kind, Place place, ReadOnlySpan<char> digitless)
    {
        var slot = digitless.IsEmpty ? place.Exact : place.Digitless;
        (digitless.IsEmpty ? text : digitless).CopyTo(_texts.AsSpan(slot * Limits.MemoText));
        _known[slot] = KnownOf(text, kind, anyDigits: !digitless.IsEmpty);
    }

    /// <summary>The text with 0 for each digit.</summary>
    public static string WithoutDigits(string text) => string.Create(text.Length, text, static (form, text) => WithoutDigits(text, form));

    /// <summary>Writes the text with 0 for each digit.</summary>
    public static void WithoutDigits(ReadOnlySpan<char> text, Span<char> form)
    {
        for (var i = 0; i < text.Length; i++)
        {
            form[i] = char.IsAsciiDigit(text[i]) ? '0' : text[i];
        }
    }

    /// <summary>What is known of a text, in one number: its length (never 0), its kind, and whether its digits may be any.</summary>
    private static uint KnownOf(ReadOnlySpan<char> text, TextKind kind, bool anyDigits) => (uint)text.Length | ((uint)kind << 16) | (anyDigits ? AnyDigits : 0);

    private bool Has(ReadOnlySpan<ushort> text, int slot, uint known)
    {
        if (_known[slot] != known)
        {
            return false;
        }

        var noted = MemoryMarshal.Cast<char, ushort>(_texts.AsSpan(slot * Limits.MemoText, text.Length));
        return (known & AnyDigits) != 0 ? IsForm(text, noted) : text.SequenceEqual(noted);
    }

    private static bool IsForm(ReadOnlySpan<ushort> text, ReadOnlySpan<ushort> form)
    {
        if (text.Length < Lanes)
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (form[i] != (char.IsAsciiDigit((char)text[i]) ? '0' : text[i]))
                {
                    return false;
                }
            }

            return true;
        }

        for (int next = 0, last = text.Length - Lanes; next < text.Length; next += Lanes)
        {
            var at = Math.Min(next, last);
            if (WithoutDigits(Vector256.Create(text[at..])) != Vector256.Create(form[at..]))
            {
                return false;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> WithoutDigits(Vector256<ushort> text)
        => Vector256.ConditionalSelect(
            Vector256.LessThanOrEqual(text - Vector256.Create((ushort)'0'), Vector256.Create((ushort)9)), Vector256.Create((ushort)'0'), text);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SlotOf(ReadOnlySpan<ushort> text, bool digitless)
    {
        var hash = Vector256.Create((uint)text.Length);
        if (text.Length < Lanes)
        {
            Span<ushort> padded = stackalloc ushort[Lanes];
            text.CopyTo(padded);
            return Slot(Mix(hash, Vector256.Create<ushort>(padded), digitless));
        }

        for (int next = 0, last = text.Length - Lanes; next < text.Length; next += Lanes)
        {
            hash = Mix(hash, Vector256.Create(text[Math.Min(next, last)..]), digitless);
        }

        return Slot(hash);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Mix(Vector256<uint> hash, Vector256<ushort> units, bool digitless)
    {
        hash = (hash ^ (digitless ? WithoutDigits(units) : units).AsUInt32()) * Factor;
        return hash ^ (hash >>> 15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Slot(Vector256<uint> mixed)
    {
        const ulong WideFactor = 0x9E3779B97F4A7C15;
        var halves = mixed.AsUInt64();
        var hash = (halves[0] * WideFactor) ^ BitOperations.RotateLeft(halves[1], 17);
        hash = (hash * WideFactor) ^ BitOperations.RotateLeft(halves[2], 31);
        hash = ((hash * WideFactor) ^ halves[3]) * WideFactor;
        return (int)(hash >> (64 - SlotBits));
    }

    /// <summary>Where a text is looked for: as any text of its form, and as itself.</summary>
    internal readonly struct Place(int digitless, int exact)
    {
        private readonly bool _isSome = true;

        public int Digitless { get; } = digitless;

        public int Exact { get; } = exact;

        /// <summary>Whether the text is too long to be noted.</summary>
        public bool IsNone => !_isSome;
    }
}
