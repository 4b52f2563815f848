using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DebugRelay.Recording;

/// <summary>A key that signs one checkpoint. Its private half never leaves memory and is erased when disposed.</summary>
internal sealed class SegmentKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public SegmentKey()
    {
        PublicPem = Encoding.ASCII.GetBytes(_key.ExportSubjectPublicKeyInfoPem() + "\n");
        PublicSha256 = Digest.Hex(PublicPem);
    }

    /// <summary>The bytes of <c>NNNN.pub</c>.</summary>
    public byte[] PublicPem { get; }

    public string PublicSha256 { get; }

    public byte[] Sign(ReadOnlySpan<byte> checkpoint) =>
        _key.SignData(checkpoint, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>What the agent's identity signs to certify a segment's key. It is no file: who verifies composes it anew.</summary>
    public static byte[] Statement(string host, string session, int index, string publicSha256) => Encoding.ASCII.GetBytes(
        string.Create(
            CultureInfo.InvariantCulture,
            $"debugrelay-segment-key 1\nalgorithm {Checkpoint.Algorithm}\nhost {host}\nsession {session}\nindex {index}\nkey-sha256 {publicSha256}\n"));

    public void Dispose() => _key.Dispose();
}
