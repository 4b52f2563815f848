using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Policy.Cms;
using Xunit;

namespace DebugRelay.Tests.Policy.Grants;

/// <summary>What is no detached CMS in its one form is refused, before anybody asks who signed.</summary>
public sealed class DetachedSignatureTests : IDisposable
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("""{"a":1}""");
    private readonly GrantSamples _grants = new();

    [Fact]
    public void Signers_are_added_one_by_one()
    {
        byte[] one = DetachedSignature.Sign(Content, default, _grants.Lead(), []);
        byte[] two = DetachedSignature.Sign(Content, one, _grants.Lead("leo"), []);
        using DetachedSignature signature = DetachedSignature.Verify(Content, two);
        Assert.Equal(2, signature.Signers.Count);
    }

    [Fact]
    public void One_changed_bit_of_content_or_signature_is_refused()
    {
        byte[] der = DetachedSignature.Sign(Content, default, _grants.Lead(), []);
        for (int i = 0; i < Content.Length; i++)
        {
            byte[] changed = [.. Content];
            changed[i] ^= 1;
            Assert.Throws<SignatureException>(() => DetachedSignature.Verify(changed, der));
        }
        byte[] last = [.. der];
        last[^1] ^= 1;
        Assert.Throws<SignatureException>(() => DetachedSignature.Verify(Content, last));
    }

    [Fact]
    public void Attributes_that_nobody_signed_are_refused()
    {
        SignedCms cms = Decoded(DetachedSignature.Sign(Content, default, _grants.Lead(), []));
        cms.SignerInfos[0].AddUnsignedAttribute(new AsnEncodedData("1.3.6.1.4.1.99999.5", [0x05, 0x00]));
        Assert.Contains("not signed", RefusalOf(cms.Encode()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_countersignature_is_no_second_approver()
    {
        SignedCms cms = Decoded(DetachedSignature.Sign(Content, default, _grants.Lead(), []));
        cms.SignerInfos[0].ComputeCounterSignature(new CmsSigner(_grants.Lead("leo")) { DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1"), IncludeOption = X509IncludeOption.EndCertOnly });
        Assert.Contains("not signed", RefusalOf(cms.Encode()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_content_of_its_own_is_refused()
    {
        var cms = new SignedCms(new ContentInfo(Content), detached: false);
        cms.ComputeSignature(new CmsSigner(_grants.Lead()) { DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1"), IncludeOption = X509IncludeOption.EndCertOnly });
        Assert.Contains("not detached", RefusalOf(cms.Encode()), StringComparison.Ordinal);
    }

    [Fact]
    public void Sha1_is_refused()
    {
        var cms = new SignedCms(new ContentInfo(Content), detached: true);
        cms.ComputeSignature(new CmsSigner(_grants.Lead()) { DigestAlgorithm = new Oid("1.3.14.3.2.26"), IncludeOption = X509IncludeOption.EndCertOnly });
        Assert.Contains("digest", RefusalOf(cms.Encode()), StringComparison.Ordinal);
    }

    [Fact]
    public void Signatures_without_certificates_are_refused()
    {
        SignedCms cms = Decoded(DetachedSignature.Sign(Content, default, _grants.Lead(), []));
        foreach (X509Certificate2 certificate in cms.Certificates) cms.RemoveCertificate(certificate);
        RefusalOf(cms.Encode());
    }

    [Fact]
    public void No_signer_at_all_is_refused()
    {
        SignedCms cms = Decoded(DetachedSignature.Sign(Content, default, _grants.Lead(), []));
        cms.RemoveSignature(0);
        Assert.Contains("0 signers", RefusalOf(cms.Encode()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trailing")]
    [InlineData("long length")]
    [InlineData("indefinite")]
    [InlineData("cut")]
    [InlineData("empty")]
    [InlineData("pem")]
    [InlineData("large")]
    public void Another_encoding_of_the_same_is_refused(string trick)
    {
        byte[] der = DetachedSignature.Sign(Content, default, _grants.Lead(), []);
        Assert.Equal([0x30, 0x82], der[..2]);
        byte[] other = trick switch
        {
            "trailing" => [.. der, 0],
            "long length" => [0x30, 0x83, 0, .. der[2..]],
            "indefinite" => [0x30, 0x80, .. der[4..], 0, 0],
            "cut" => der[..^1],
            "empty" => [],
            "pem" => Encoding.ASCII.GetBytes(PemEncoding.WriteString("CMS", der)),
            _ => [.. der, .. new byte[DebugRelay.Policy.Limits.DetachedSignatureBytes]],
        };
        RefusalOf(other);
    }

    [Fact]
    public void A_string_in_pieces_within_is_refused()
    {
        // The signature's octet string as two, in a constructed one: BER that libraries join.
        byte[] der = DetachedSignature.Sign(Content, default, _grants.Lead(), []);
        byte[] signature = Decoded(der).SignerInfos[0].GetSignature();
        int at = der.AsSpan().IndexOf(signature) - 2;
        byte[] pieces = [0x24, (byte)(signature.Length + 4), 0x04, 3, .. signature[..3], 0x04, (byte)(signature.Length - 3), .. signature[3..]];
        byte[] longer = Widen(der[..at], pieces.Length - (der.Length - at));
        Assert.Equal(0x04, der[at]);
        RefusalOf([.. longer, .. pieces]);
    }

    /// <summary>Garbage of any kind is refused with the same kind of exception.</summary>
    [Fact]
    public void Mutations_never_verify_and_never_escape()
    {
        byte[] der = DetachedSignature.Sign(Content, default, _grants.Lead(), []);
        var random = new Random(5);
        for (int i = 0; i < 3000; i++)
        {
            byte[] mutated = [.. der];
            int changes = random.Next(1, 4);
            for (int c = 0; c < changes; c++) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            try
            {
                using DetachedSignature signature = DetachedSignature.Verify(Content, mutated);

                // What may change without notice is what nobody signs: parts of the certificate, which the chain is judged by.
                Assert.Single(signature.Signers);
            }
            catch (SignatureException)
            {
            }
        }
    }

    public void Dispose() => _grants.Dispose();

    private static SignedCms Decoded(byte[] der)
    {
        var cms = new SignedCms(new ContentInfo(Content), detached: true);
        cms.Decode(der);
        return cms;
    }

    private static string RefusalOf(byte[] der) => Assert.Throws<SignatureException>(() => DetachedSignature.Verify(Content, der)).Message;

    /// <summary>Adds to the lengths of the outer sequences, as far as they are written in two bytes.</summary>
    private static byte[] Widen(byte[] head, int by)
    {
        byte[] wide = [.. head];
        for (int i = 0; i + 3 < wide.Length; i++)
        {
            if (wide[i] is not (0x30 or 0x31 or 0xA0) || wide[i + 1] != 0x82) continue;
            int length = (wide[i + 2] << 8) + wide[i + 3];
            if (i + 4 + length < head.Length) continue;
            (wide[i + 2], wide[i + 3]) = ((byte)((length + by) >> 8), (byte)(length + by));
        }
        return wide;
    }
}
