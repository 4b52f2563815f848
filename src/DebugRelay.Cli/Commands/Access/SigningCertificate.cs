using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Identity;

namespace DebugRelay.Cli.Commands.Access;

/// <summary>The certificate, with its key, of one who signs a document.</summary>
internal sealed class SigningCertificate : IDisposable
{
    private SigningCertificate(X509Certificate2 certificate, X509Certificate2Collection intermediates, PeerIdentity identity)
        => (Certificate, Intermediates, Identity) = (certificate, intermediates, identity);

    public X509Certificate2 Certificate { get; }

    public X509Certificate2Collection Intermediates { get; }

    /// <summary>Who he is.</summary>
    public PeerIdentity Identity { get; }

    /// <exception cref="UsageException">A file cannot be used.</exception>
    public static SigningCertificate Load(string certificateFile, string keyFile, AskPassphrase? ask)
    {
        (X509Certificate2 certificate, X509Certificate2Collection others) = CredentialFile.Load(certificateFile, keyFile, ask);
        try
        {
            return new SigningCertificate(certificate, others, PeerIdentity.FromCertificate(certificate));
        }
        catch (IdentityException error)
        {
            throw new UsageException($"{certificateFile} cannot sign: {error.Message}", "give the certificate of a person", error);
        }
    }

    /// <summary>Says on standard error that it ends soon: a host knows those who sign for others only once they have signed.</summary>
    public void WarnOfEnd(Terminal terminal)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var expiry = new Expiry("your certificate", Certificate.NotBefore.ToUniversalTime(), Certificate.NotAfter.ToUniversalTime());
        if (expiry.IsSoon(now))
            terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"warning: {expiry.What} {(expiry.End <= now ? "ended" : "ends")} at {expiry.End.UtcDateTime:yyyy-MM-dd HH:mm} UTC: renew it"));
    }

    public void Dispose()
    {
        Certificate.Dispose();
        foreach (X509Certificate2 other in Intermediates)
            other.Dispose();
    }
}

/// <summary>`--cert` and `--key` of commands that sign without a host.</summary>
internal sealed class ApproverOptions
{
    private readonly Option<string> _certificate = new("--cert") { HelpName = "FILE", Description = "Your certificate, PEM or PKCS#12 (DEBUGRELAY_CERT)" };
    private readonly Option<string> _key = new("--key") { HelpName = "FILE", Description = "Its key where the certificate's file does not hold it: PEM, or a token's, pkcs11:token=…;object=… (DEBUGRELAY_KEY)" };

    public void AddTo(Command command)
    {
        command.Options.Add(_certificate);
        command.Options.Add(_key);
    }

    /// <exception cref="UsageException">One is missing, or cannot be used.</exception>
    public SigningCertificate Load(ParseResult parsed, ClientSurroundings surroundings)
    {
        ClientConfiguration configuration = surroundings.LoadConfiguration();
        string certificate = parsed.GetValue(_certificate) ?? surroundings.Variable("CERT") ?? configuration.Cert ?? throw Missing("certificate", "--cert FILE");
        string key = parsed.GetValue(_key) ?? (CredentialFile.HoldsKey(certificate) ? certificate : null)
            ?? surroundings.Variable("KEY") ?? configuration.Key ?? throw Missing("key", "--key FILE");
        return SigningCertificate.Load(certificate, key, surroundings.AskPassphrase);
    }

    /// <summary>The same, where a key is welcome but not needed.</summary>
    /// <returns>Null where none is given anywhere.</returns>
    public SigningCertificate? LoadOrNull(ParseResult parsed, ClientSurroundings surroundings)
        => (parsed.GetValue(_certificate) ?? surroundings.Variable("CERT") ?? surroundings.LoadConfiguration().Cert) is null ? null : Load(parsed, surroundings);

    private static UsageException Missing(string what, string option) => new($"no {what} is given", $"give {option}");
}
