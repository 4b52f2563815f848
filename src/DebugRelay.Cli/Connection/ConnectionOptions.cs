using System.CommandLine;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Connection;

/// <summary>The connection options that every command with a host takes, and where else their values may come from.</summary>
/// <remarks>The command line comes before the environment (`DEBUGRELAY_*`), and that before the configuration file.</remarks>
internal sealed class ConnectionOptions
{
    private readonly Option<string> _host = new("--host") { HelpName = "HOST[:PORT]", Description = "The host, or a name from the configuration (DEBUGRELAY_HOST)" };
    private readonly Option<string> _certificate = new("--cert") { HelpName = "FILE", Description = "Your certificate, PEM or PKCS#12 (DEBUGRELAY_CERT)" };
    private readonly Option<string> _key = new("--key") { HelpName = "FILE", Description = "Its key where the certificate's file does not hold it: PEM, or a token's, pkcs11:token=…;object=… (DEBUGRELAY_KEY)" };
    private readonly Option<string> _reason = new("--reason") { HelpName = "TEXT", Description = "Why you look, for the recording (DEBUGRELAY_REASON)" };
    private readonly Option<string> _incident = new("--incident") { HelpName = "ID", Description = "The incident (DEBUGRELAY_INCIDENT)" };
    private readonly Option<string> _heads = new("--heads") { HelpName = "FILE", Description = "Keep the recording's heads as they come: a witness for `recording verify`" };
    private readonly Option<string> _grant = new("--grant") { HelpName = "FILE", Description = "A grant from `access approve`; FILE.p7s lies beside FILE.json" };
    private readonly Option<bool> _breakGlass = new("--break-glass") { Description = "Declare an emergency: announced at once, and reviewed; needs --reason and --incident" };
    private readonly CaOption _ca = new();

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_host, _certificate, _key, _ca.Option, _reason, _incident, _grant, _breakGlass, _heads])
            command.Options.Add(option);
    }

    /// <exception cref="UsageException">Something is missing or wrong.</exception>
    public ConnectionSettings Resolve(ParseResult parsed, ClientSurroundings surroundings)
    {
        ClientConfiguration configuration = surroundings.LoadConfiguration();
        string host = First(parsed, _host, surroundings.Variable("HOST"), configuration.Host)
            ?? throw Missing("host", "--host HOST[:PORT]", "DEBUGRELAY_HOST");
        return Resolve(parsed, surroundings, configuration, host);
    }

    /// <summary>The host that is named, or else all that the configuration names.</summary>
    /// <exception cref="UsageException">Something is missing or wrong.</exception>
    public IReadOnlyList<(string Name, ConnectionSettings Settings)> ResolveAll(ParseResult parsed, ClientSurroundings surroundings)
    {
        ClientConfiguration configuration = surroundings.LoadConfiguration();
        string? host = First(parsed, _host, surroundings.Variable("HOST"));
        string[] hosts = host is not null ? [host] : configuration.Hosts.Count > 0 ? [.. configuration.Hosts.Keys] : [configuration.Host ?? throw Missing("host", "--host HOST[:PORT]", "DEBUGRELAY_HOST")];
        AskPassphrase? ask = CredentialFile.Once(surroundings.AskPassphrase);
        return [.. hosts.Select(name => (name, Resolve(parsed, surroundings, configuration, name) with { AskPassphrase = ask }))];
    }

    private ConnectionSettings Resolve(ParseResult parsed, ClientSurroundings surroundings, ClientConfiguration configuration, string host)
    {
        HostConfiguration? named = configuration.Hosts.GetValueOrDefault(host);
        string certificate = First(parsed, _certificate, surroundings.Variable("CERT"), named?.Cert, configuration.Cert)
            ?? throw Missing("certificate", "--cert FILE", "DEBUGRELAY_CERT");
        string key = KeyFor(certificate, parsed, surroundings.Variable("KEY"), named?.Key, configuration.Key);
        string ca = First(parsed, _ca.Option, surroundings.Variable("CA"), named?.Ca, configuration.Ca)
            ?? throw Missing("CA", "--ca FILE", "DEBUGRELAY_CA");
        return new ConnectionSettings(AgentAddress.Parse(named?.Address ?? host), certificate, key, ca)
        {
            Reason = First(parsed, _reason, surroundings.Variable("REASON")),
            Incident = First(parsed, _incident, surroundings.Variable("INCIDENT")),
            Claim = new Claim(parsed.GetValue(_grant) is { } grant ? GrantFile.Load(grant) : null, parsed.GetValue(_breakGlass)),
            HeadsFile = parsed.GetValue(_heads),
            AskPassphrase = surroundings.AskPassphrase,
        };
    }

    /// <summary>The CA alone.</summary>
    /// <exception cref="UsageException">None is given anywhere.</exception>
    public string ResolveCa(ParseResult parsed, ClientSurroundings surroundings) => _ca.Resolve(parsed, surroundings);

    /// <summary>Whether a host is named on the command line.</summary>
    public bool NamesHost(ParseResult parsed) => parsed.GetValue(_host) is { Length: > 0 };

    /// <summary>The certificate, key and CA alone, for commands that speak to no agent.</summary>
    public void AddSignerTo(Command command)
    {
        foreach (Option option in (Option[])[_certificate, _key, _ca.Option])
            command.Options.Add(option);
    }

    /// <summary>The certificate and key alone, for what is signed without a host.</summary>
    /// <exception cref="UsageException">One is missing.</exception>
    public (string CertificateFile, string KeyFile) ResolveSigner(ParseResult parsed, ClientSurroundings surroundings)
    {
        ClientConfiguration configuration = surroundings.LoadConfiguration();
        string certificate = First(parsed, _certificate, surroundings.Variable("CERT"), configuration.Cert) ?? throw Missing("certificate", "--cert FILE", "DEBUGRELAY_CERT");
        string key = KeyFor(certificate, parsed, surroundings.Variable("KEY"), configuration.Key);
        return (certificate, key);
    }

    /// <summary>Where the certificate's own file holds the key, no other is looked for but one that is given beside it.</summary>
    private string KeyFor(string certificate, ParseResult parsed, params ReadOnlySpan<string?> others)
        => parsed.GetValue(_key) is { Length: > 0 } given ? given
            : CredentialFile.HoldsKey(certificate) ? certificate
            : First(parsed, _key, others) ?? throw Missing("key", "--key FILE", "DEBUGRELAY_KEY");

    private static string? First(ParseResult parsed, Option<string> option, params ReadOnlySpan<string?> others)
    {
        if (parsed.GetValue(option) is { Length: > 0 } given)
            return given;
        foreach (string? other in others)
        {
            if (!string.IsNullOrEmpty(other))
                return other;
        }
        return null;
    }

    private static UsageException Missing(string what, string option, string variable)
        => new($"no {what} is given", $"give {option}, set {variable}, or name it in ~/.config/debugrelay/config.json");
}

/// <summary>`--ca`, alone for the commands that work without a host.</summary>
internal sealed class CaOption
{
    public Option<string> Option { get; } = new("--ca") { HelpName = "FILE", Description = "The CA to trust, PEM; nothing else is trusted (DEBUGRELAY_CA)" };

    /// <exception cref="UsageException">None is given anywhere.</exception>
    public string Resolve(ParseResult parsed, ClientSurroundings surroundings)
        => parsed.GetValue(Option) ?? surroundings.Variable("CA") ?? surroundings.LoadConfiguration().Ca
            ?? throw new UsageException("no trust anchor is given", "give --ca FILE, set DEBUGRELAY_CA, or name it in ~/.config/debugrelay/config.json");
}

/// <summary>What a command takes from where it runs.</summary>
/// <param name="Variables">Environment variables by name; null where not set.</param>
/// <param name="ConfigurationFile">Path of the configuration file, which may not exist.</param>
/// <param name="ReceiptsFolder">Where heads are kept when no command says otherwise (DEBUGRELAY_RECEIPTS); null: nowhere.</param>
internal sealed record ClientSurroundings(Func<string, string?> Variables, string ConfigurationFile, string? ReceiptsFolder = null)
{
    public static ClientSurroundings OfProcess() => new(
        Environment.GetEnvironmentVariable,
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config", "debugrelay", "config.json"),
        Environment.GetEnvironmentVariable("DEBUGRELAY_RECEIPTS") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "debugrelay", "receipts")) { AskPassphrase = Text.Passphrases.Ask };

    /// <summary>Asks for the passphrase of a file that needs one; null: nobody can be asked.</summary>
    public AskPassphrase? AskPassphrase { get; init; }

    /// <summary>The variable `DEBUGRELAY_` + <paramref name="name"/>; null where it is not set or empty.</summary>
    public string? Variable(string name) => Variables($"DEBUGRELAY_{name}") is { Length: > 0 } value ? value : null;

    public ClientConfiguration LoadConfiguration() => ClientConfiguration.Load(ConfigurationFile);
}

/// <summary>All that a session needs, read from wherever it came.</summary>
/// <param name="Address">Where the agent listens.</param>
/// <param name="CertificateFile">PEM or PKCS#12.</param>
/// <param name="KeyFile">PEM; the certificate's file where that holds the key.</param>
/// <param name="CaFile">PEM.</param>
internal sealed record ConnectionSettings(AgentAddress Address, string CertificateFile, string KeyFile, string CaFile)
{
    public string? Reason { get; init; }

    public string? Incident { get; init; }

    /// <summary>What the user brings along for operations that need more than his roles.</summary>
    public Claim Claim { get; init; } = new();

    /// <summary>Where to keep the recording's heads; null: nowhere.</summary>
    public string? HeadsFile { get; init; }

    /// <summary>Asks for the passphrase of a file that needs one; null: nobody can be asked.</summary>
    public AskPassphrase? AskPassphrase { get; init; }
}
