using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DebugRelay.DumpWorker.Heap;

/// <summary>A random sample of a heap's strings, each as likely to be in it as another (reservoir sampling).</summary>
/// <param name="size">Strings kept.</param>
internal sealed class StringSample(int size)
{
    /// <summary>A shorter text stands in other places by chance.</summary>
    private const int Shortest = 12;

    private const int Longest = 256;

    private readonly string?[] _kept = new string?[size];

    // Unforeseeable: whoever wrote the dump must not know which strings are looked for.
    private ulong _state = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;
    private long _offered;

    /// <summary>The sample.</summary>
    public IEnumerable<string> Kept => _kept.OfType<string>();

    /// <summary>Offers a string's UTF-16 bytes.</summary>
    public void Offer(ReadOnlySpan<byte> text)
    {
        if (text.Length is >= Shortest * 2 and <= Longest * 2)
            OfferWord(MemoryMarshal.Cast<byte, char>(text));
    }

    /// <summary>Offers a text of any length.</summary>
    public void OfferWord(ReadOnlySpan<char> text)
    {
        long place = _offered++;
        if (place >= _kept.Length)
        {
            _state ^= _state << 13;
            _state ^= _state >> 7;
            _state ^= _state << 17;
            place = (long)Math.BigMul(_state, (ulong)_offered, out _);
        }
        if (place < _kept.Length)
            _kept[place] = new string(text[..Math.Min(text.Length, Longest)]);
    }
}
