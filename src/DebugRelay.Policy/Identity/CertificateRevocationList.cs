using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DebugRelay.Policy.Identity;

/// <summary>One revocation list (RFC 5280, section 5): a complete one, for all certificates of its issuer. Others are refused.</summary>
public sealed class CertificateRevocationList
{
    private const string PemLabel = "X509 CRL";
    private const string NumberExtension = "2.5.29.20";

    // The extensions whose meaning is known here. Critical ones beside them (deltas, partial and indirect lists) are refused.
    private static readonly FrozenSet<string> Understood = new[] { NumberExtension, "2.5.29.35", "2.5.29.21", "2.5.29.24" }.ToFrozenSet();
    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 0);

    private readonly byte[] _signedPart;
    private readonly byte[] _issuer;
    private readonly string _algorithm;
    private readonly byte[] _signature;
    private readonly FrozenSet<string> _serials;

    // The signature covers the whole list: it is verified once for each issuer's certificate, not at each handshake.
    private readonly ConcurrentDictionary<string, bool> _verified = new();

    private CertificateRevocationList(byte[] der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        AsnReader list = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        _signedPart = list.PeekEncodedValue().ToArray();
        AsnReader body = list.ReadSequence();
        _algorithm = ReadAlgorithm(list);
        _signature = list.ReadBitString(out int unused);
        list.ThrowIfNotEmpty();
        if (unused != 0) throw new AsnContentException("The signature is no whole number of bytes.");

        if (!body.TryReadInt32(out int version) || version != 1) throw new AsnContentException("The list is not of version 2.");
        if (ReadAlgorithm(body) != _algorithm) throw new AsnContentException("The two names of the signature's algorithm differ.");
        _issuer = body.ReadEncodedValue().ToArray();
        ThisUpdate = ReadTime(body);
        NextUpdate = IsTime(body) ? ReadTime(body) : throw new AsnContentException("The list does not say when the next one is due.");
        _serials = IsSequence(body) ? ReadEntries(body.ReadSequence()) : FrozenSet<string>.Empty;
        if (body.HasData) Number = ReadListExtensions(body);
        body.ThrowIfNotEmpty();
    }

    /// <summary>When the list was issued.</summary>
    public DateTimeOffset ThisUpdate { get; }

    /// <summary>When the list must have been replaced; later it no longer tells that a certificate stands.</summary>
    public DateTimeOffset NextUpdate { get; }

    /// <summary>The list's number, which only rises; null when the authority does not number its lists.</summary>
    public BigInteger? Number { get; }

    /// <summary>How many certificates are revoked.</summary>
    public int Count => _serials.Count;

    /// <summary>The authority, as its certificate names it.</summary>
    public X500DistinguishedName Issuer => new(_issuer);

    internal static IEnumerable<CertificateRevocationList> ReadFile(string path, byte[] bytes)
    {
        try
        {
            byte[][] lists = bytes is [0x30, ..] ? [bytes] : [.. ReadPem(Encoding.ASCII.GetString(bytes))];
            return lists.Length > 0
                ? [.. lists.Select(der => new CertificateRevocationList(der))]
                : throw new TrustException($"{path}: holds no revocation list");
        }
        catch (Exception error) when (error is AsnContentException or FormatException or CryptographicException)
        {
            throw new TrustException($"{path}: is no revocation list that can be relied on ({error.Message})");
        }
    }

    internal bool IsFrom(X500DistinguishedName issuer) => issuer.RawData.AsSpan().SequenceEqual(_issuer);

    internal bool IsSignedBy(X509Certificate2 issuer) => _verified.GetOrAdd(issuer.Thumbprint, _ => Verify(issuer));

    internal bool Revokes(X509Certificate2 certificate) => _serials.Contains(SerialKey(certificate.SerialNumberBytes.Span));

    private static IEnumerable<byte[]> ReadPem(string text)
    {
        while (PemEncoding.TryFind(text, out PemFields fields))
        {
            if (text[fields.Label] == PemLabel) yield return Convert.FromBase64String(text[fields.Base64Data]);
            text = text[fields.Location.End..];
        }
        // Half of a file may still hold whole lists: what it lacks would go unseen.
        if (text.Contains("-----BEGIN", StringComparison.Ordinal)) throw new FormatException("it ends within a list");
    }

    private bool Verify(X509Certificate2 issuer)
    {
        bool maySign = issuer.Extensions.OfType<X509KeyUsageExtension>().All(usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign));
        return maySign && Signatures.VerifyX509(issuer, _algorithm, _signedPart, _signature);
    }

    private static FrozenSet<string> ReadEntries(AsnReader entries)
    {
        var serials = new HashSet<string>(StringComparer.Ordinal);
        while (entries.HasData)
        {
            AsnReader entry = entries.ReadSequence();
            serials.Add(SerialKey(entry.ReadIntegerBytes().Span));
            ReadTime(entry);
            if (entry.HasData) ReadExtensions(entry.ReadSequence());
            entry.ThrowIfNotEmpty();
        }
        return serials.ToFrozenSet(StringComparer.Ordinal);
    }

    private static BigInteger? ReadListExtensions(AsnReader body)
    {
        AsnReader wrapper = body.ReadSequence(ExtensionsTag);
        Dictionary<string, byte[]> extensions = ReadExtensions(wrapper.ReadSequence());
        wrapper.ThrowIfNotEmpty();
        if (!extensions.TryGetValue(NumberExtension, out byte[]? number)) return null;
        return new AsnReader(number, AsnEncodingRules.DER).ReadInteger();
    }

    private static Dictionary<string, byte[]> ReadExtensions(AsnReader extensions)
    {
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        while (extensions.HasData)
        {
            AsnReader extension = extensions.ReadSequence();
            string oid = extension.ReadObjectIdentifier();
            bool critical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            if (critical && !Understood.Contains(oid)) throw new AsnContentException($"The critical extension {oid} is not known.");
            if (!found.TryAdd(oid, extension.ReadOctetString())) throw new AsnContentException($"The extension {oid} appears twice.");
        }
        return found;
    }

    private static string ReadAlgorithm(AsnReader reader) => reader.ReadSequence().ReadObjectIdentifier();

    private static bool IsTime(AsnReader reader) => reader.HasData && reader.PeekTag() is var tag
        && (tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime));

    private static bool IsSequence(AsnReader reader) => reader.HasData && reader.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence);

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    // One key for one number, however many zeros lead it.
    private static string SerialKey(ReadOnlySpan<byte> bigEndian) => Convert.ToHexString(bigEndian.TrimStart((byte)0));
}
