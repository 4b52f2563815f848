using System.Security.Cryptography;
using DebugRelay.Cli.Failures;
using DebugRelay.Policy;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Grants;

namespace DebugRelay.Cli.Commands.Access;

/// <summary>The approver's side of a grant: from a request to signed bytes.</summary>
internal static class GrantMaking
{
    // Hosts' clocks differ a little: a grant made here is to hold at once over there.
    private static readonly TimeSpan Backdating = TimeSpan.FromMinutes(1);

    /// <exception cref="UsageException">It is none.</exception>
    public static GrantRequest ParseRequest(string path, byte[] bytes)
    {
        try
        {
            return GrantRequest.Parse(bytes);
        }
        catch (DocumentException error)
        {
            throw new UsageException($"{path} is neither a request nor a grant: {error.Message}", "give what `debugrelay access request` made", error);
        }
    }

    /// <summary>Makes a grant of what is asked, or of less, and signs it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="bytes">Its exact bytes, whose SHA-256 the grant names.</param>
    /// <param name="approver">Who signs.</param>
    /// <param name="shorter">For how long; null: as long as is asked.</param>
    /// <param name="fewer">How many uses; null: as many as are asked.</param>
    /// <exception cref="UsageException">It would be more than is asked, or it is the approver's own request.</exception>
    public static GrantFiles Make(GrantRequest request, byte[] bytes, SigningCertificate approver, TimeSpan? shorter, int? fewer)
    {
        RefuseOwn(request.Scope, approver);
        TimeSpan time = shorter ?? request.For;
        int uses = fewer ?? request.Scope.Uses;
        if (time > request.For || uses > request.Scope.Uses || uses < 1)
            throw new UsageException("a grant gives what is asked, or less", $"the request asks for {Text.Durations.Show(request.For)} and {request.Scope.Uses} uses");
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        DateTimeOffset begin = time + Backdating <= Limits.Grant ? now - Backdating : now;
        var grant = new GrantDocument
        {
            Id = $"g-{RandomNumberGenerator.GetHexString(12, lowercase: true)}",
            Scope = request.Scope with { Uses = uses },
            NotBefore = begin,
            NotAfter = now + time,
            RequestSha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
        };
        byte[] document = grant.ToUtf8();
        return new GrantFiles(document, Sign(document, default, approver));
    }

    /// <summary>Adds a signature; the document stays as it is.</summary>
    /// <exception cref="UsageException">The approver signed before, it is his own request, or the signatures so far do not hold.</exception>
    public static GrantFiles AddSigner(GrantFiles earlier, SigningCertificate approver)
    {
        GrantDocument grant = GrantCheck.Parse(earlier);
        RefuseOwn(grant.Scope, approver);
        if (grant.NotAfter <= DateTimeOffset.UtcNow)
            throw new UsageException($"grant {grant.Id} is over already", "approve the request anew");
        byte[] signatures = Sign(earlier.Document, earlier.Signatures, approver);
        return earlier with { Signatures = signatures };
    }

    // Hosts refuse it anyway; here it can still be said to the one who errs.
    private static void RefuseOwn(GrantScope scope, SigningCertificate approver)
    {
        if (scope.Requester.Equals(approver.Identity))
            throw new UsageException($"{approver.Identity} asked for this, and nobody approves his own request", "let another approver sign");
    }

    private static byte[] Sign(ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> earlier, SigningCertificate approver)
    {
        try
        {
            if (!earlier.IsEmpty)
            {
                using DetachedSignature before = DetachedSignature.Verify(document, earlier);
                if (before.Signers.Any(signer => DebugRelay.Policy.Identity.PeerIdentity.FromCertificate(signer).Equals(approver.Identity)))
                    throw new UsageException($"{approver.Identity} signed this grant already, and counts once", "let another approver sign");
            }
            return DetachedSignature.Sign(document, earlier, approver.Certificate, approver.Intermediates);
        }
        catch (SignatureException error)
        {
            throw new UsageException($"the grant's signature file {error.Message}", "approve the request anew", error);
        }
        catch (CryptographicException error)
        {
            throw new UsageException($"the key cannot sign: {error.Message}", "give an ECDSA or RSA key with --key", error);
        }
    }
}
