using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
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
    public static SigningCertificate Load(string certificateFile, string keyFile)
    {
        try
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            chain.RemoveAt(0);
            return new SigningCertificate(certificate, chain, PeerIdentity.FromCertificate(certificate));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or IdentityException)
        {
            throw new UsageException($"{certificateFile} and {keyFile} cannot sign: {error.Message}", "give --cert and --key, unencrypted PEM; the key must be the certificate's own", error);
        }
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
    private readonly Option<string> _certificate = new("--cert") { HelpName = "FILE", Description = "Your certificate, PEM (DEBUGRELAY_CERT)" };
    private readonly Option<string> _key = new("--key") { HelpName = "FILE", Description = "Its key, PEM (DEBUGRELAY_KEY)" };

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
        string key = parsed.GetValue(_key) ?? surroundings.Variable("KEY") ?? configuration.Key ?? throw Missing("key", "--key FILE");
        return SigningCertificate.Load(certificate, key);
    }

    /// <summary>The same, where a key is welcome but not needed.</summary>
    /// <returns>Null where none is given anywhere.</returns>
    public SigningCertificate? LoadOrNull(ParseResult parsed, ClientSurroundings surroundings)
        => (parsed.GetValue(_certificate) ?? surroundings.Variable("CERT") ?? surroundings.LoadConfiguration().Cert) is null ? null : Load(parsed, surroundings);

    private static UsageException Missing(string what, string option) => new($"no {what} is given", $"give {option}");
}
