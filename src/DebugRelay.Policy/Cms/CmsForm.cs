using System.Formats.Asn1;

namespace DebugRelay.Policy.Cms;

/// <summary>
/// The one form that a detached signature has here, looked at before a library sees the bytes: DER throughout, SignedData of version 1 or 3 over
/// plain data that are not inside, certificates, no revocation lists.
/// </summary>
internal static class CmsForm
{
    private const string SignedDataType = "1.2.840.113549.1.7.2";
    private const string DataType = "1.2.840.113549.1.7.1";

    // A certificate's extensions are the deepest part, some 12 levels down.
    private const int Depth = 32;

    private static readonly Asn1Tag Explicit0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Certificates = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <exception cref="SignatureException">The bytes have another form.</exception>
    public static void Require(ReadOnlyMemory<byte> der)
    {
        try
        {
            RequireDer(der, Depth);
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            AsnReader contentInfo = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            if (contentInfo.ReadObjectIdentifier() != SignedDataType) throw new SignatureException("is no CMS SignedData");
            AsnReader wrapper = contentInfo.ReadSequence(Explicit0);
            contentInfo.ThrowIfNotEmpty();
            RequireSignedData(wrapper.ReadSequence());
            wrapper.ThrowIfNotEmpty();
        }
        catch (AsnContentException)
        {
            throw new SignatureException("is not CMS in DER");
        }
    }

    private static void RequireSignedData(AsnReader signedData)
    {
        if (!signedData.TryReadInt32(out int version) || version is not (1 or 3)) throw new SignatureException("is of a version that is not in use");
        signedData.ReadSetOf();
        AsnReader content = signedData.ReadSequence();
        if (content.ReadObjectIdentifier() != DataType) throw new SignatureException("is over something else than plain data");
        if (content.HasData) throw new SignatureException("is not detached: it has a content of its own");
        if (!signedData.HasData || !signedData.PeekTag().HasSameClassAndValue(Certificates)) throw new SignatureException("comes without its signers' certificates");
        signedData.ReadEncodedValue();
        if (!signedData.PeekTag().HasSameClassAndValue(Asn1Tag.SetOf)) throw new SignatureException("brings revocation lists along, which the host reads from its own files");
        signedData.ReadSetOf();
        signedData.ThrowIfNotEmpty();
    }

    /// <summary>Definite and shortest lengths at every level, and no string or number in pieces: one signature has one form.</summary>
    private static void RequireDer(ReadOnlyMemory<byte> encoded, int depth)
    {
        if (depth == 0) throw new SignatureException("is nested too deeply");
        var reader = new AsnReader(encoded, AsnEncodingRules.DER);
        while (reader.HasData)
        {
            Asn1Tag tag = reader.PeekTag();
            ReadOnlyMemory<byte> content = reader.PeekContentBytes();
            reader.ReadEncodedValue();
            if (!tag.IsConstructed) continue;
            if (tag.TagClass == TagClass.Universal && !tag.HasSameClassAndValue(Asn1Tag.Sequence) && !tag.HasSameClassAndValue(Asn1Tag.SetOf))
            {
                throw new SignatureException("is not CMS in DER");
            }
            RequireDer(content, depth - 1);
        }
    }
}
