using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Json;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Revocation;

/// <summary>One thing that is denied, whatever the policy and grants say. One kind of name is set, the others are null.</summary>
public sealed record DenyEntry
{
    private const int SerialCharacters = 40;
    private const int Sha256Characters = 64;

    /// <summary>An identity, or a pattern of them as in a policy.</summary>
    public IdentityPattern? Identity { get; init; }

    /// <summary>SHA-256 of a certificate's DER, in hexadecimal, upper case.</summary>
    public string? Certificate { get; init; }

    /// <summary>A certificate's serial number in hexadecimal, upper case without leading zeros; goes with <see cref="Issuer"/>.</summary>
    public string? Serial { get; init; }

    /// <summary>The issuer's name of that certificate, as .NET and <c>openssl x509 -nameopt RFC2253</c> print it.</summary>
    public string? Issuer { get; init; }

    /// <summary>A grant's id.</summary>
    public string? Grant { get; init; }

    /// <summary>A session's id.</summary>
    public string? Session { get; init; }

    /// <summary>One of <see cref="Operations"/>: for everybody.</summary>
    public string? Operation { get; init; }

    /// <summary>Why, for whoever reads the list; it is not shown to those who are denied.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the entry is about the session, or who opened it.</summary>
    public bool Denies(VerifiedSession session) =>
        NamesBearer(session.Identity, session.CertificateSha256, session.CertificateSerialNumber, session.CertificateIssuer)
        || (Session is not null && Session == session.Statement.Session);

    /// <summary>Whether the entry is about who signed a document, or his certificate.</summary>
    internal bool Denies(PeerIdentity signer, X509Certificate2 certificate) =>
        NamesBearer(signer, certificate.GetCertHashString(HashAlgorithmName.SHA256), certificate.SerialNumber, certificate.IssuerName.Name);

    private bool NamesBearer(PeerIdentity identity, string sha256, string serial, string issuer) =>
        (Identity?.Matches(identity) ?? false)
        || (Certificate is not null && Certificate == sha256)
        || (Serial is not null && Serial == serial.TrimStart('0') && SameName(Issuer!, issuer));

    /// <summary>One line: what is denied, and why.</summary>
    public override string ToString()
    {
        string what = Identity is not null ? $"identity {Identity}"
            : Certificate is not null ? $"certificate {Certificate}"
            : Serial is not null ? $"certificate {Serial} of {Issuer}"
            : Grant is not null ? $"grant {Grant}"
            : Session is not null ? $"session {Session}"
            : $"operation {Operation}";
        return Reason is null ? what : $"{what} ({Reason})";
    }

    internal static DenyEntry Read(StrictValue value)
    {
        ObjectReader reader = value.AsObject();
        var entry = new DenyEntry
        {
            Identity = reader.Optional("identity") is { } identity
                ? IdentityPattern.TryParse(identity.AsText(Limits.IdentityCharacters), out string problem) ?? throw identity.Error(problem)
                : null,
            Certificate = reader.Optional("certificate") is { } certificate ? Hexadecimal(certificate, Sha256Characters, exact: true) : null,
            Serial = reader.Optional("serial") is { } serial ? Hexadecimal(serial, SerialCharacters, exact: false).TrimStart('0') : null,
            Issuer = reader.OptionalText("issuer", Limits.ReasonCharacters),
            Grant = reader.OptionalText("grant", Limits.NameCharacters),
            Session = reader.OptionalText("session", Limits.SessionCharacters),
            Operation = reader.Optional("operation") is { } operation ? Known(operation) : null,
            Reason = reader.OptionalText("reason", Limits.ReasonCharacters),
        };
        reader.End();
        object?[] names = [entry.Identity, entry.Certificate, entry.Serial, entry.Grant, entry.Session, entry.Operation];
        if (names.Count(name => name is not null) != 1) throw value.Error("must name one of identity, certificate, serial with issuer, grant, session and operation");
        if (entry.Serial is null != entry.Issuer is null) throw value.Error("\"serial\" and \"issuer\" go together");
        return entry;
    }

    // Blanks after commas are a matter of taste among those who print names.
    private static bool SameName(string one, string other) => one.Replace(", ", ",", StringComparison.Ordinal) == other.Replace(", ", ",", StringComparison.Ordinal);

    private static string Hexadecimal(StrictValue value, int characters, bool exact)
    {
        string text = value.AsText(characters * 2).Replace(":", "", StringComparison.Ordinal);
        bool valid = text.All(char.IsAsciiHexDigit) && (exact ? text.Length == characters : text.Length is > 0 and <= SerialCharacters);
        return valid ? text.ToUpperInvariant() : throw value.Error($"must be {(exact ? "" : "up to ")}{characters} hexadecimal digits");
    }

    private static string Known(StrictValue value)
    {
        string operation = value.AsText(Limits.NameCharacters);
        return Operations.IsKnown(operation) ? operation : throw value.Error("is no operation that is known here");
    }
}
