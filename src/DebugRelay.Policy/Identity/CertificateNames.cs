using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Policy.Identity;

/// <summary>
/// The names of a certificate that can be an identity, read from its DER: what a library prints of a name may hide a NUL or a second one.
/// Of each kind there is at most one; two are refused.
/// </summary>
internal sealed record CertificateNames(string? SpiffeId, string? Email, string? CommonName)
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string CommonNameType = "2.5.4.3";

    // GeneralName of RFC 5280, 4.2.1.6.
    private static readonly Asn1Tag EmailTag = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    public static CertificateNames Read(X509Certificate2 certificate)
    {
        try
        {
            var uris = new List<string>();
            var emails = new List<string>();
            ReadAlternativeNames(certificate, uris, emails);
            string? uri = Only(uris, "URI names");
            return new CertificateNames(SpiffeOf(uri), Only(emails, "e-mail names"), Only(ReadCommonNames(certificate), "common names"));
        }
        catch (Exception error) when (error is AsnContentException or CryptographicException)
        {
            throw new IdentityException(IdentityFault.Malformed, "the certificate's names are not encoded as the standard asks");
        }
    }

    private static void ReadAlternativeNames(X509Certificate2 certificate, List<string> uris, List<string> emails)
    {
        X509Extension[] extensions = [.. certificate.Extensions.Where(extension => extension.Oid?.Value == SubjectAlternativeName)];
        if (extensions.Length == 0) return;
        if (extensions.Length > 1) throw new IdentityException(IdentityFault.Ambiguous, "the certificate has two lists of alternative names");
        var reader = new AsnReader(extensions[0].RawData, AsnEncodingRules.DER);
        AsnReader names = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        while (names.HasData)
        {
            Asn1Tag tag = names.PeekTag();
            if (tag == UriTag) uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag));
            else if (tag == EmailTag) emails.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, EmailTag));
            else names.ReadEncodedValue();
        }
    }

    /// <summary>
    /// A URI of another scheme is no identity here (Microsoft's CAs write a <c>tag:</c> URI into each certificate); one that only resembles
    /// a SPIFFE id is an error, not a reason to look at the next name.
    /// </summary>
    private static string? SpiffeOf(string? uri)
    {
        if (uri is null || !uri.AsSpan().TrimStart().StartsWith("spiffe", StringComparison.OrdinalIgnoreCase)) return null;
        return uri.StartsWith(IdentitySyntax.SpiffePrefix, StringComparison.Ordinal)
            ? uri
            : throw new IdentityException(IdentityFault.Malformed, "the certificate's URI resembles a SPIFFE id but does not begin with spiffe://");
    }

    private static List<string> ReadCommonNames(X509Certificate2 certificate)
    {
        var found = new List<string>();
        AsnReader subject = new AsnReader(certificate.SubjectName.RawData, AsnEncodingRules.DER).ReadSequence();
        while (subject.HasData)
        {
            AsnReader relativeName = subject.ReadSetOf();
            while (relativeName.HasData)
            {
                AsnReader attribute = relativeName.ReadSequence();
                if (attribute.ReadObjectIdentifier() == CommonNameType) found.Add(ReadText(attribute));
            }
        }
        return found;
    }

    // The encodings of RFC 5280; TeletexString and its kind have no one reading. What is no plain text becomes a name that is refused.
    private static string ReadText(AsnReader attribute)
    {
        Asn1Tag tag = attribute.PeekTag();
        if (tag.TagClass != TagClass.Universal) return "";
        return (UniversalTagNumber)tag.TagValue switch
        {
            UniversalTagNumber.UTF8String => attribute.ReadCharacterString(UniversalTagNumber.UTF8String),
            UniversalTagNumber.PrintableString => attribute.ReadCharacterString(UniversalTagNumber.PrintableString),
            UniversalTagNumber.IA5String => attribute.ReadCharacterString(UniversalTagNumber.IA5String),
            _ => "",
        };
    }

    private static string? Only(List<string> names, string kind) => names.Count <= 1
        ? names.FirstOrDefault()
        : throw new IdentityException(IdentityFault.Ambiguous, $"the certificate has {names.Count} {kind}, and nothing says which one holds");
}
