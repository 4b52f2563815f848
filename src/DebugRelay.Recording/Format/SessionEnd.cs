using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DebugRelay.Recording;

/// <summary>
/// What an engineer's client signs when its session ends: that the recording it was shown ends here. The signature lies beside the recording as
/// <c>end.sig</c>; the statement is no file: who verifies composes it anew.
/// </summary>
/// <param name="Host">The host.</param>
/// <param name="Session">The session.</param>
/// <param name="Index">The last segment's number.</param>
/// <param name="Head">SHA-256 of its checkpoint, in lower-case hex.</param>
public sealed record SessionEnd(string Host, string Session, int Index, string Head)
{
    /// <summary>The statement's exact bytes.</summary>
    /// <returns>ASCII, five lines.</returns>
    public byte[] Statement() => Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"debugrelay-session-end 1\nhost {Host}\nsession {Session}\nindex {Index}\nhead-sha256 {Head}\n"));

    /// <summary>Whether a key has signed an end.</summary>
    /// <param name="key">The session's key, which the engineer's certificate vouches for.</param>
    /// <param name="end">The end.</param>
    /// <param name="signature">ECDSA with SHA-256, DER.</param>
    /// <returns>Whether it has.</returns>
    public static bool IsSignedBy(ECDsa key, SessionEnd end, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(end);
        try
        {
            return key.VerifyData(end.Statement(), signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
