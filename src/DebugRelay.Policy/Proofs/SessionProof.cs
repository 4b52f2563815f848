using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Identity;

namespace DebugRelay.Policy.Proofs;

/// <summary>
/// A session statement with its signature and the certificates that back it: who has it can check who opened the session, and for what.
/// </summary>
/// <param name="Statement">The exact bytes that were signed.</param>
/// <param name="Signature">The signature; ECDSA in DER, RSA as PSS.</param>
/// <param name="Chain">Certificates in DER: the engineer's own first, then intermediates.</param>
public sealed record SessionProof(ReadOnlyMemory<byte> Statement, ReadOnlyMemory<byte> Signature, IReadOnlyList<ReadOnlyMemory<byte>> Chain)
{
    /// <summary>Signs a statement.</summary>
    /// <param name="certificate">The engineer's certificate, with its private key: ECDSA on P-256 or P-384, or RSA.</param>
    /// <param name="intermediates">The certificates between his and the anchor.</param>
    /// <param name="statement">What to sign; its algorithm is set here.</param>
    /// <exception cref="ArgumentException">The certificate's key is missing or of another kind.</exception>
    /// <exception cref="DocumentException">A field of the statement is out of bounds.</exception>
    public static SessionProof Create(X509Certificate2 certificate, IEnumerable<X509Certificate2> intermediates, SessionStatement statement)
    {
        string algorithm = SignatureAlgorithm.Of(certificate)
            ?? throw new ArgumentException("The certificate's key is neither ECDSA on P-256 or P-384 nor RSA.", nameof(certificate));
        byte[] bytes = (statement with { Algorithm = algorithm }).ToUtf8();

        // What would be refused there is refused here, with the better place to say so.
        SessionStatement.Parse(bytes);
        byte[] signature = SignatureAlgorithm.Sign(certificate, algorithm, bytes);
        return new SessionProof(bytes, signature, [certificate.RawData, .. intermediates.Select(each => (ReadOnlyMemory<byte>)each.RawData)]);
    }

    /// <summary>Verifies everything: form, host, session, nonce, time, the certificate with its chain and revocation, the signature.</summary>
    /// <param name="trust">The anchors and revocation lists.</param>
    /// <param name="expectedHost">The host the verifier is on.</param>
    /// <param name="expectedSession">The session for which the nonce was given.</param>
    /// <param name="expectedNonce">The nonce; the caller sees to it that it is used once.</param>
    /// <param name="now">The time.</param>
    public ProofResult<VerifiedSession> Verify(
        TrustStore trust, string expectedHost, string expectedSession, string expectedNonce, DateTimeOffset now) =>
        ProofException.Catch(() =>
        {
            SessionStatement statement = SessionStatement.Parse(Statement.Span);
            CheckAnswers(statement, expectedHost, expectedSession, expectedNonce);
            CheckTime(statement, now);
            X509Certificate2[] chain = LoadChain();
            try
            {
                CertificateResult certificate = CheckCertificate(chain, trust, now);
                CheckSignature(statement, chain[0]);
                return VerifiedSession.Of(statement, certificate, chain[0], Chain, now);
            }
            finally
            {
                Array.ForEach(chain, certificate => certificate.Dispose());
            }
        });

    private static void CheckAnswers(SessionStatement statement, string host, string session, string nonce)
    {
        if (statement.Host != host) throw new ProofException(ProofFailure.WrongHost, "the statement was made for another host");
        if (statement.Session != session) throw new ProofException(ProofFailure.WrongSession, "the statement was made for another session");
        if (statement.Nonce != nonce) throw new ProofException(ProofFailure.WrongNonce, "the statement does not answer the nonce that was given");
    }

    private static void CheckTime(SessionStatement statement, DateTimeOffset now)
    {
        if (statement.NotAfter <= now) throw new ProofException(ProofFailure.Expired, $"the statement ended at {statement.NotAfter:u}");
        if (statement.NotAfter - now > Limits.Session) throw new ProofException(ProofFailure.TooLong, "the statement asks for more than 24 hours");
    }

    private X509Certificate2[] LoadChain()
    {
        if (Chain.Count is 0 or > Limits.ChainCertificates)
        {
            throw new ProofException(ProofFailure.Malformed, $"the proof has {Chain.Count} certificates instead of 1 to {Limits.ChainCertificates}");
        }
        return [.. Chain.Select(Load)];
    }

    private static X509Certificate2 Load(ReadOnlyMemory<byte> der)
    {
        try
        {
            if (der.Length is > 0 and <= Limits.CertificateBytes)
            {
                X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(der.Span);

                // The loader also takes PEM, and bytes behind the end; one certificate has one form here.
                if (certificate.RawDataMemory.Span.SequenceEqual(der.Span)) return certificate;
                certificate.Dispose();
            }
        }
        catch (CryptographicException)
        {
            // The same failure as any other bytes that are no certificate.
        }
        throw new ProofException(ProofFailure.Malformed, "the proof has a certificate that cannot be read");
    }

    private static CertificateResult CheckCertificate(X509Certificate2[] chain, TrustStore trust, DateTimeOffset now)
    {
        CertificateResult result = CertificateCheck.ForClient(chain[0], chain[1..], trust, now);
        return result.IsValid ? result : throw new ProofException(ProofFailure.CertificateRefused, result.Message);
    }

    private void CheckSignature(SessionStatement statement, X509Certificate2 certificate)
    {
        string? algorithm = SignatureAlgorithm.Of(certificate);
        bool valid = algorithm is not null
            && statement.Algorithm == algorithm
            && Signature.Length <= Limits.SignatureBytes
            && SignatureAlgorithm.Verify(certificate, algorithm, Statement.Span, Signature.Span);
        if (!valid)
        {
            throw new ProofException(
                ProofFailure.SignatureInvalid, "the statement is not signed by the certificate's key, with the algorithm it names");
        }
    }
}
