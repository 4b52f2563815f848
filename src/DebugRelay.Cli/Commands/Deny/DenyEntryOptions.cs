using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Commands.Deny;

/// <summary>What is to be denied, as options.</summary>
internal sealed class DenyEntryOptions
{
    private readonly Option<string[]> _identity = new("--identity") { HelpName = "ID", Description = "Everything of an identity, or of a pattern as in a policy" };
    private readonly Option<string[]> _certificate = new("--certificate") { HelpName = "FILE|SHA256", Description = "One certificate: a PEM file, or the SHA-256 of its DER" };
    private readonly Option<string[]> _grant = new("--grant") { HelpName = "ID", Description = "A grant, by its id" };
    private readonly Option<string[]> _session = new("--session") { HelpName = "ID", Description = "A session, by its whole id" };
    private readonly Option<string[]> _operation = new("--operation") { HelpName = "OP", Description = "An operation, for everybody" };
    private readonly Option<string> _reason = new("--reason") { HelpName = "TEXT", Description = "Why, for whoever reads the list" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_identity, _certificate, _grant, _session, _operation, _reason])
            command.Options.Add(option);
    }

    /// <exception cref="UsageException">Nothing is named, or a certificate cannot be read.</exception>
    public IReadOnlyList<JsonObject> Read(ParseResult parsed)
    {
        IReadOnlyList<JsonObject> entries =
        [
            .. Entries(parsed, _identity, "identity", text => text),
            .. Entries(parsed, _certificate, "certificate", Sha256Of),
            .. Entries(parsed, _grant, "grant", text => text),
            .. Entries(parsed, _session, "session", text => text),
            .. Entries(parsed, _operation, "operation", text => text),
        ];
        return entries.Count > 0 ? entries : throw new UsageException("nothing is named", "give --identity, --certificate, --grant, --session or --operation");
    }

    private IEnumerable<JsonObject> Entries(ParseResult parsed, Option<string[]> option, string key, Func<string, string> read)
    {
        foreach (string value in parsed.GetValue(option) ?? [])
        {
            var entry = new JsonObject { [key] = read(value) };
            if (parsed.GetValue(_reason) is { } reason)
                entry["reason"] = reason;
            yield return entry;
        }
    }

    private static string Sha256Of(string given)
    {
        if (given.Length == 64 && given.All(char.IsAsciiHexDigit))
            return given.ToUpperInvariant();
        try
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(given);
            return certificate.GetCertHashString(HashAlgorithmName.SHA256);
        }
        catch (CryptographicException error)
        {
            throw new UsageException($"{given} is no certificate: {error.Message}", "give a PEM file, or 64 hexadecimal digits", error);
        }
    }
}
