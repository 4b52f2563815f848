using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// What kinds of characters a text holds, and which of them stand beside each other: taken once, thirty-two characters at a time, for all detectors
/// and decoders together. What is said here may be more than is there, never less; and it is the same for two texts that differ in the values of
/// digits alone (<see cref="Text.KnownTexts"/> lives by that).
/// </summary>
internal struct CharacterCensus
{
    private const int Block = 32;

    private Vector256<byte> _at, _lineEnd, _percent, _backslash, _plus, _question, _equals;
    private uint _notAscii;

    // The block before, for what stands on both sides of a border.
    private uint _lastDigits, _lastLetters, _lastHex, _lastDots, _lastDashes, _lastColons, _lastSlashes, _lastBase64, _lastPoints;

    /// <summary>Kinds of characters that are there.</summary>
    public CharacterKinds Kinds { get; private set; }

    /// <summary>Decimal digits.</summary>
    public int Digits { get; private set; }

    /// <summary>Colons.</summary>
    public int Colons { get; private set; }

    /// <summary>Whether two colons follow each other.</summary>
    public bool HasGap { get; private set; }

    /// <summary>Dots between decimal digits that follow another one after one to three digits.</summary>
    public int DotsInQuads { get; private set; }

    /// <summary>Dots with two hexadecimal digits on both sides.</summary>
    public int DotsInHex { get; private set; }

    /// <summary>Dashes between hexadecimal digits.</summary>
    public int DashesInHex { get; private set; }

    /// <summary>Colons between hexadecimal digits.</summary>
    public int ColonsInHex { get; private set; }

    /// <summary>Whether a word begins with two letters and two digits, as account numbers do.</summary>
    public bool HasAccount { get; private set; }

    /// <summary>Whether "://" is there.</summary>
    public bool HasScheme { get; private set; }

    /// <summary>Whether a run of base64 is there that is long enough to be decoded.</summary>
    public bool HasBase64 { get; private set; }

    /// <summary>Takes the census of a text.</summary>
    public static CharacterCensus Take(ReadOnlySpan<char> text)
    {
        var census = default(CharacterCensus);
        var units = MemoryMarshal.Cast<char, ushort>(text);
        if (units.Length < Block)
        {
            Span<ushort> padded = stackalloc ushort[Block];
            units.CopyTo(padded);
            census.Add(padded, 0);
        }
        else
        {
            for (int next = 0, last = units.Length - Block; next < units.Length; next += Block)
            {
                // The last block reaches back over what was counted before, and leaves it out.
                var at = Math.Min(next, last);
                census.Add(units[at..], next - at);
            }
        }

        census.End();
        return census;
    }

    /// <summary>Adds thirty-two characters, without the first ones.</summary>
    private void Add(ReadOnlySpan<ushort> units, int without)
    {
        // What does not fit a byte becomes 255, which is no ASCII either.
        var v = Vector256.NarrowWithSaturation(Vector256.Create(units), Vector256.Create(units[Vector256<ushort>.Count..]));
        _notAscii |= v.ExtractMostSignificantBits();
        _at |= Is(v, '@');
        _lineEnd |= Is(v, '\n') | Is(v, '\r');
        _percent |= Is(v, '%');
        _backslash |= Is(v, '\\');
        _plus |= Is(v, '+');
        _question |= Is(v, '?');
        _equals |= Is(v, '=');

        var low = v | Vector256.Create((byte)0x20);
        var digits = Bits(InRange(v, '0', 10), without);
        var letters = Bits(InRange(low, 'a', 26), without);
        var hex = digits | Bits(InRange(low, 'a', 6), without);
        var dots = Bits(Is(v, '.'), without);
        var dashes = Bits(Is(v, '-'), without);
        var colons = Bits(Is(v, ':'), without);
        var slashes = Bits(Is(v, '/'), without);
        var base64 = digits | letters | dashes | slashes | Bits(Is(v, '+') | Is(v, '_'), without);

        Digits += BitOperations.PopCount(digits);
        Colons += BitOperations.PopCount(colons);
        var points = digits & Before(dots, _lastDots, 1) & Before(digits, _lastDigits, 2);
        DotsInQuads += BitOperations.PopCount(points & (Before(points, _lastPoints, 2) | Before(points, _lastPoints, 3) | Before(points, _lastPoints, 4)));
        var hexBefore = Before(hex, _lastHex, 2) & hex;
        var hexPairs = hex & Before(hex, _lastHex, 1) & Before(hex, _lastHex, 3) & Before(hex, _lastHex, 4);
        DotsInHex += BitOperations.PopCount(hexPairs & Before(dots, _lastDots, 2));
        DashesInHex += BitOperations.PopCount(hexBefore & Before(dashes, _lastDashes, 1));
        ColonsInHex += BitOperations.PopCount(hexBefore & Before(colons, _lastColons, 1));
        HasGap |= (colons & Before(colons, _lastColons, 1)) != 0;
        HasScheme |= (slashes & Before(slashes, _lastSlashes, 1) & Before(colons, _lastColons, 2)) != 0;
        var inWord = Before(digits | letters, _lastDigits | _lastLetters, 4);
        HasAccount |= (digits & Before(digits, _lastDigits, 1) & Before(letters, _lastLetters, 2) & Before(letters, _lastLetters, 3) & ~inWord) != 0;
        HasBase64 |= HasRun(_lastBase64 | ((ulong)base64 << Block));

        (_lastDigits, _lastLetters, _lastHex, _lastDots) = (digits, letters, hex, dots);
        (_lastDashes, _lastColons, _lastSlashes, _lastBase64, _lastPoints) = (dashes, colons, slashes, base64, points);
    }

    private void End()
    {
        Kinds = If(_at, CharacterKinds.At) | If(_lineEnd, CharacterKinds.LineEnd) | If(_percent, CharacterKinds.Percent) | If(_backslash, CharacterKinds.Backslash)
            | If(_plus, CharacterKinds.Plus) | If(_question, CharacterKinds.Question) | If(_equals, CharacterKinds.Equals)
            | (_notAscii != 0 ? CharacterKinds.NotAscii : CharacterKinds.None);
    }

    private static CharacterKinds If(Vector256<byte> seen, CharacterKinds kind) => seen == default ? CharacterKinds.None : kind;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Is(Vector256<byte> v, char c) => Vector256.Equals(v, Vector256.Create((byte)c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> InRange(Vector256<byte> v, char first, byte count)
        => Vector256.LessThan(v - Vector256.Create((byte)first), Vector256.Create(count));

    /// <summary>A bit for each character; those that were in the block before are left out, and the others move down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Bits(Vector256<byte> lanes, int without) => lanes.ExtractMostSignificantBits() >> without;

    /// <summary>For each character, what the one so many places before it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Before(uint bits, uint last, int places) => (bits << places) | (last >> (Block - places));

    /// <summary>Whether so many bits are set in a row.</summary>
    private static bool HasRun(ulong bits)
    {
        bits &= bits >> 1;
        bits &= bits >> 2;
        bits &= bits >> 4;
        bits &= bits >> 8;
        return (bits & (bits >> (Limits.Base64Run - 16))) != 0;
    }
}
