using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DebugRelay.Scrubbing.Detectors;

namespace DebugRelay.Scrubbing.Text;

/// <summary>
/// Short texts that came before, with what was seen in them: traces repeat themselves. A text stands for all that differ from it in the values of
/// digits alone, "order 17" for "order 18", where these do not change what asks for a closer look; and where the closer look found nothing, for itself.
/// Texts are compared character by character, so that no two can be taken for one; the hash says only where one is kept, and a text that takes another's
/// place costs time and nothing else. A form is kept when it comes for the second time, a text on which the closer look was spent at once.
/// </summary>
internal sealed class KnownTexts
{
    private const int Slots = 4_096;
    private const int SlotBits = 12;
    private const int CleanSlotBits = 10;
    private const uint Factor = 0x9E3779B1;
    private static readonly int Lanes = Vector256<ushort>.Count;

    private readonly Table _forms = new(SlotBits);

    /// <summary>Apart, so that texts that never come again do not take the places of forms.</summary>
    private readonly Table _clean = new(CleanSlotBits);
    private readonly Signs[] _signs = new Signs[Slots];

    /// <summary>By place: part of the hash of the text that came last.</summary>
    private readonly uint[] _last = new uint[Slots];

    /// <summary>Whether what asks for a closer look in this text is known. <paramref name="place"/> is where it may be noted.</summary>
    public bool TryGet(ReadOnlySpan<char> text, TextKind kind, out Place place, out Signs signs)
    {
        signs = default;
        place = default;
        if (text.Length is > Limits.MemoText or 0)
        {
            return false;
        }

        var units = MemoryMarshal.Cast<char, ushort>(text);
        place = new Place(HashOf(units, digitless: true));
        var form = _forms.Has(place.Slot, text, kind);
        if (form.IsEmpty || !IsForm(units, form))
        {
            return false;
        }

        signs = _signs[place.Slot];
        return true;
    }

    /// <summary>Whether nothing was found in this very text.</summary>
    public bool IsClean(ReadOnlySpan<char> text, TextKind kind, out Place place)
    {
        place = default;
        if (text.Length is > Limits.MemoText or 0)
        {
            return false;
        }

        var units = MemoryMarshal.Cast<char, ushort>(text);
        place = new Place(HashOf(units, digitless: false));
        return units.SequenceEqual(_clean.Has(place.CleanSlot, text, kind));
    }

    /// <summary>Whether it is worth while to note a text here: it has come before. Now it has.</summary>
    public bool IsSecond(Place place)
    {
        if (place.IsNone || _last[place.Slot] == place.Tag)
        {
            return !place.IsNone;
        }

        _last[place.Slot] = place.Tag;
        return false;
    }

    /// <summary>Notes what was seen in all texts of this form, which has 0 for each digit.</summary>
    public void Add(ReadOnlySpan<char> digitless, TextKind kind, Place place, Signs signs)
    {
        _forms.Set(place.Slot, digitless, kind);
        _signs[place.Slot] = signs;
    }

    /// <summary>Notes a text in which nothing was found.</summary>
    public void AddClean(ReadOnlySpan<char> text, TextKind kind, Place place) => _clean.Set(place.CleanSlot, text, kind);

    /// <summary>The text with 0 for each digit.</summary>
    public static string WithoutDigits(string text) => string.Create(text.Length, text, static (form, text) => WithoutDigits(text, form));

    /// <summary>Writes the text with 0 for each digit.</summary>
    public static void WithoutDigits(ReadOnlySpan<char> text, Span<char> form)
    {
        text.CopyTo(form);
        for (var i = form.IndexOfAnyInRange('1', '9'); i >= 0;)
        {
            form[i] = '0';
            var next = form[i..].IndexOfAnyInRange('1', '9');
            i = next < 0 ? -1 : i + next;
        }
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
    private static ulong HashOf(ReadOnlySpan<ushort> text, bool digitless)
    {
        var hash = Vector256.Create((uint)text.Length);
        if (text.Length < Lanes)
        {
            Span<ushort> padded = stackalloc ushort[Lanes];
            text.CopyTo(padded);
            return Fold(Mix(hash, Vector256.Create<ushort>(padded), digitless));
        }

        for (int next = 0, last = text.Length - Lanes; next < text.Length; next += Lanes)
        {
            hash = Mix(hash, Vector256.Create(text[Math.Min(next, last)..]), digitless);
        }

        return Fold(hash);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Mix(Vector256<uint> hash, Vector256<ushort> units, bool digitless)
    {
        hash = (hash ^ (digitless ? WithoutDigits(units) : units).AsUInt32()) * Factor;
        return hash ^ (hash >>> 15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(Vector256<uint> mixed)
    {
        const ulong WideFactor = 0x9E3779B97F4A7C15;
        var halves = mixed.AsUInt64();
        var hash = (halves[0] * WideFactor) ^ BitOperations.RotateLeft(halves[1], 17);
        hash = (hash * WideFactor) ^ BitOperations.RotateLeft(halves[2], 31);
        return ((hash * WideFactor) ^ halves[3]) * WideFactor;
    }

    /// <summary>Where a text is kept.</summary>
    internal readonly struct Place(ulong hash)
    {
        private readonly bool _isSome = true;

        public int Slot { get; } = (int)(hash >> (64 - SlotBits));

        public int CleanSlot { get; } = (int)(hash >> (64 - CleanSlotBits));

        /// <summary>Tells most texts of one slot apart.</summary>
        public uint Tag { get; } = (uint)(hash >> 16);

        /// <summary>Whether the text is too long to be kept.</summary>
        public bool IsNone => !_isSome;
    }

    /// <summary>One text in each place, with its length (never 0) and kind.</summary>
    private sealed class Table(int slotBits)
    {
        private readonly char[] _texts = new char[Limits.MemoText << slotBits];
        private readonly uint[] _known = new uint[1 << slotBits];

        /// <summary>The text kept here, if it is of the same length and kind; else nothing.</summary>
        public ReadOnlySpan<ushort> Has(int slot, ReadOnlySpan<char> text, TextKind kind) =>
            _known[slot] == Known(text, kind) ? MemoryMarshal.Cast<char, ushort>(_texts.AsSpan(slot * Limits.MemoText, text.Length)) : default;

        public void Set(int slot, ReadOnlySpan<char> text, TextKind kind)
        {
            text.CopyTo(_texts.AsSpan(slot * Limits.MemoText));
            _known[slot] = Known(text, kind);
        }

        private static uint Known(ReadOnlySpan<char> text, TextKind kind) => (uint)text.Length | ((uint)kind << 16);
    }
}
