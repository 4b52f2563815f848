using System.Security.Cryptography;

namespace DebugRelay.Policy.Proofs;

/// <summary>An operation's request, signed by the session's own key.</summary>
/// <param name="Request">The exact bytes that were signed.</param>
/// <param name="Signature">ECDSA with SHA-256, in DER.</param>
public sealed record SignedRequest(ReadOnlyMemory<byte> Request, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Signs a request.</summary>
    /// <param name="pair">The session's key pair, from <see cref="EphemeralKey.NewPair"/>.</param>
    /// <param name="request">What is asked.</param>
    /// <exception cref="ArgumentException">The pair is not on P-256.</exception>
    /// <exception cref="DocumentException">A field of the request is out of bounds.</exception>
    public static SignedRequest Create(ECDsa pair, OperationRequest request)
    {
        if (!SignatureAlgorithm.IsEphemeral(pair)) throw new ArgumentException("A session's key is on P-256.", nameof(pair));
        byte[] bytes = request.ToUtf8();
        OperationRequest.Parse(bytes);
        return new SignedRequest(bytes, pair.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>Verifies the signature, then the form and whom it is for. Whether the number was used before is the broker's to know.</summary>
    /// <param name="key">The session's key, from its verified proof.</param>
    /// <param name="expectedSession">The session whose ticket was shown.</param>
    /// <param name="expectedHost">The verifier's host.</param>
    public ProofResult<OperationRequest> Verify(EphemeralKey key, string expectedSession, string expectedHost) => ProofException.Catch(() =>
    {
        CheckSignature(key);
        OperationRequest request = OperationRequest.Parse(Request.Span);
        if (request.Session != expectedSession) throw new ProofException(ProofFailure.WrongSession, "the request was made for another session");
        if (request.Host is not null && request.Host != expectedHost)
        {
            throw new ProofException(ProofFailure.WrongHost, "the request was made for another host");
        }
        return request;
    });

    private void CheckSignature(EphemeralKey key)
    {
        if (Request.Length > Limits.RequestBytes)
        {
            throw new ProofException(ProofFailure.Malformed, $"the request is larger than {Limits.RequestBytes} bytes");
        }
        bool valid = Signature.Length <= Limits.SignatureBytes && key.Verify(Request.Span, Signature.Span);
        if (!valid) throw new ProofException(ProofFailure.SignatureInvalid, "the request is not signed by the session's key");
    }
}
