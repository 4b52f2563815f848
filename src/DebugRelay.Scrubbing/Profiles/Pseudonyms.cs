using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DebugRelay.Scrubbing.Profiles;

/// <summary>Writes pseudonyms: rule, key, and the first 64 bits of an HMAC-SHA-256 over rule and value. Allocates nothing once it has begun.</summary>
internal sealed class Pseudonyms(PseudonymKey key) : IDisposable
{
    private const int PseudonymBytes = 8;

    private readonly string _keyName = string.Create(CultureInfo.InvariantCulture, $":k{key.Number}:");
    private IncrementalHash? _hash;

    /// <param name="rule">Values of different rules are not to be compared: it is hashed as well.</param>
    /// <param name="value">What the pseudonym stands for.</param>
    /// <param name="output">Where it is written.</param>
    public void Write(string rule, ReadOnlySpan<char> value, IBufferWriter<char> output)
    {
        _hash ??= key.StartHash();
        _hash.AppendData(MemoryMarshal.AsBytes(rule.AsSpan()));
        _hash.AppendData([0, 0]);
        _hash.AppendData(MemoryMarshal.AsBytes(value));
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        _hash.GetHashAndReset(mac);
        output.Write(rule);
        output.Write(_keyName);
        Convert.TryToHexStringLower(mac[..PseudonymBytes], output.GetSpan(PseudonymBytes * 2), out var written);
        output.Advance(written);
    }

    public void Dispose() => _hash?.Dispose();
}
