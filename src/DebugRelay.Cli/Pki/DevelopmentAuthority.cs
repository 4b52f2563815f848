using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Cli.Pki;

/// <summary>
/// A certificate authority in a folder (<c>ca.crt</c>, <c>ca.key</c>, <c>ca.crl</c>), for development and small sites. ECDSA on P-256. Its key lies
/// unencrypted in a file of mode 0600: who needs more brings his own authority.
/// </summary>
internal sealed class DevelopmentAuthority(string directory, TimeProvider time)
{
    /// <summary>Two years: long for a development machine, and nothing that is forgotten lives for decades.</summary>
    public static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(730);

    /// <summary>The list is due again in 90 days, like an agent's certificate: one errand a quarter. Later every client is refused.</summary>
    public static readonly TimeSpan RevocationListLifetime = TimeSpan.FromDays(90);

    // Hosts' clocks differ a little: a certificate issued here is to hold at once over there.
    private static readonly TimeSpan Backdating = TimeSpan.FromMinutes(5);

    private const int SerialNumberBytes = 16;

    private readonly PkiFiles _files = new(directory);

    /// <summary>Makes the authority.</summary>
    /// <exception cref="PkiException">There is one already and <paramref name="force"/> is not given.</exception>
    public void Init(bool force = false)
    {
        _files.CreateDirectory();
        using FileStream held = _files.Lock();
        _files.RefuseExisting(force, "ca.key", "ca.crt", "ca.crl");

        // The random part keeps two authorities' certificates and lists apart where both are at hand.
        string commonName = $"DebugRelay development CA {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset now = time.GetUtcNow();
        using X509Certificate2 certificate = CertificateForms.Authority(key, commonName).CreateSelfSigned(now - Backdating, now + AuthorityLifetime);
        _files.Write("ca.key", key.ExportPkcs8PrivateKeyPem());
        _files.Write("ca.crt", certificate.ExportCertificatePem());
        WriteRevocationList(new CertificateRevocationListBuilder(), certificate, BigInteger.One);
    }

    /// <summary>Issues a certificate: <c>NAME.crt</c> and <c>NAME.key</c>.</summary>
    /// <returns>When the certificate ends: what was ordered, or the authority's own end.</returns>
    /// <exception cref="PkiException">The order is not valid, a file exists without <paramref name="force"/>, or there is no authority.</exception>
    public DateTimeOffset Issue(CertificateOrder order, bool force = false)
    {
        order.Validate();
        using FileStream held = _files.Lock();
        _files.RefuseExisting(force, $"{order.Name}.key", $"{order.Name}.crt");
        using X509Certificate2 authority = LoadAuthority();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = Sign(CertificateForms.EndEntity(key, authority, order), authority, order.EffectiveLifetime);

        // First the log: a certificate that is not in it could not be revoked by its name.
        IssuedLog.Append(_files, certificate.SerialNumber, certificate.NotAfter, order);
        _files.Write($"{order.Name}.key", key.ExportPkcs8PrivateKeyPem());
        _files.Write($"{order.Name}.crt", certificate.ExportCertificatePem());
        return certificate.NotAfter.ToUniversalTime();
    }

    /// <summary>Revokes every certificate that was issued under the name, and writes <c>ca.crl</c> anew with the next number.</summary>
    /// <returns>How many certificates were revoked.</returns>
    /// <exception cref="PkiException">No certificate was issued under the name.</exception>
    public int Revoke(string name)
    {
        CertificateOrder.CheckName(name);
        using FileStream held = _files.Lock();
        using X509Certificate2 authority = LoadAuthority();
        string[] serials = [.. IssuedLog.SerialNumbersOf(_files, name).Concat(SerialNumberInFile(name, authority)).Distinct()];
        if (serials.Length == 0)
        {
            throw new PkiException($"no certificate was issued under the name {name}", $"the names are in {_files.PathOf("ca.issued")}");
        }
        CertificateRevocationListBuilder list = LoadRevocationList(out BigInteger number);
        foreach (byte[] serial in serials.Select(Convert.FromHexString))
        {
            list.RemoveEntry(serial);
            list.AddEntry(serial, time.GetUtcNow(), X509RevocationReason.KeyCompromise);
        }
        WriteRevocationList(list, authority, number + 1);
        return serials.Length;
    }

    /// <summary>Writes <c>ca.crl</c> anew, with the same entries, the next number and a new due date.</summary>
    /// <exception cref="PkiException">There is no authority.</exception>
    public void RenewRevocationList()
    {
        using FileStream held = _files.Lock();
        using X509Certificate2 authority = LoadAuthority();
        WriteRevocationList(LoadRevocationList(out BigInteger number), authority, number + 1);
    }

    private X509Certificate2 LoadAuthority()
    {
        string certificate = _files.Read("ca.crt"), key = _files.Read("ca.key");
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new PkiException(
                $"{_files.PathOf("ca.crt")} and ca.key are no certificate with its key", "restore them, or make a new authority in another folder");
        }
    }

    private CertificateRevocationListBuilder LoadRevocationList(out BigInteger number)
    {
        try
        {
            return CertificateRevocationListBuilder.LoadPem(_files.Read("ca.crl"), out number);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new PkiException($"{_files.PathOf("ca.crl")} cannot be read", "restore it: a list begun anew would forget who was revoked");
        }
    }

    private X509Certificate2 Sign(CertificateRequest request, X509Certificate2 authority, TimeSpan lifetime)
    {
        DateTimeOffset now = time.GetUtcNow(), authorityBegin = authority.NotBefore, authorityEnd = authority.NotAfter;
        if (now >= authorityEnd) throw new PkiException("the authority's certificate has expired", "make a new authority with pki init");
        DateTimeOffset begin = now - Backdating > authorityBegin ? now - Backdating : authorityBegin;
        DateTimeOffset end = lifetime < authorityEnd - now ? now + lifetime : authorityEnd;
        return request.Create(authority, begin, end, NewSerialNumber());
    }

    private static byte[] NewSerialNumber()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(SerialNumberBytes);

        // Positive, and of full length, so that every tool writes it with the same digits.
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }

    private IEnumerable<string> SerialNumberInFile(string name, X509Certificate2 authority)
    {
        if (!_files.Exists($"{name}.crt")) yield break;
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(_files.Read($"{name}.crt"));
        if (certificate.IssuerName.RawData.AsSpan().SequenceEqual(authority.SubjectName.RawData)) yield return certificate.SerialNumber;
    }

    private void WriteRevocationList(CertificateRevocationListBuilder list, X509Certificate2 authority, BigInteger number)
    {
        DateTimeOffset now = time.GetUtcNow();
        byte[] der = list.Build(authority, number, now + RevocationListLifetime, HashAlgorithmName.SHA256, thisUpdate: now);
        _files.Write("ca.crl", PemEncoding.WriteString("X509 CRL", der));
    }
}
