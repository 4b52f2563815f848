using System.Security.Cryptography;

namespace DebugRelay.Scrubbing;

/// <summary>
/// The random key behind a session's pseudonyms: within the session the same value gets the same pseudonym, in another one another. It never leaves
/// the process.
/// </summary>
/// <param name="number">Stands in each pseudonym (<c>email:k1:…</c>), so that those of different keys are not compared: which key of the session this is, from 1.</param>
public sealed class PseudonymKey(int number = 1)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    /// <summary>Which key of the session it is.</summary>
    public int Number => number;

    internal IncrementalHash StartHash() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
}
