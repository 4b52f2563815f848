using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Recording;

/// <summary>
/// Under which identity a certificate's holder may stand in a recording: its SPIFFE ids, or else <c>email:</c> and its e-mail addresses, or else
/// <c>cn:</c> and its common names.
/// </summary>
internal static class EngineerNames
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string CommonName = "2.5.4.3";

    private static readonly Asn1Tag Email = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

    public static IReadOnlyList<string> Of(X509Certificate2 certificate)
    {
        var (uris, emails) = AlternativeNames(certificate);
        if (uris.Count > 0)
            return uris;
        if (emails.Count > 0)
            return emails;
        return [.. certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(name => !name.HasMultipleElements && name.GetSingleElementType().Value == CommonName).Select(name => "cn:" + name.GetSingleElementValue())];
    }

    private static (List<string> Uris, List<string> Emails) AlternativeNames(X509Certificate2 certificate)
    {
        var (uris, emails) = (new List<string>(), new List<string>());
        if (certificate.Extensions[SubjectAlternativeName] is not { } extension)
            return (uris, emails);
        try
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                var tag = names.PeekTag();
                if (tag.HasSameClassAndValue(Uri))
                    AddSpiffe(uris, names.ReadCharacterString(UniversalTagNumber.IA5String, Uri));
                else if (tag.HasSameClassAndValue(Email))
                    emails.Add("email:" + names.ReadCharacterString(UniversalTagNumber.IA5String, Email).ToLowerInvariant());
                else
                    _ = names.ReadEncodedValue();
            }
        }
        catch (AsnContentException)
        {
            // What cannot be read names nobody.
        }

        return (uris, emails);
    }

    /// <summary>A URI of another scheme is nobody's name here.</summary>
    private static void AddSpiffe(List<string> uris, string uri)
    {
        if (uri.StartsWith("spiffe://", StringComparison.Ordinal))
            uris.Add(uri);
    }
}
