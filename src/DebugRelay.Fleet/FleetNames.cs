using System.Security.Cryptography;
using System.Text;

namespace DebugRelay.Fleet;

/// <summary>
/// Subjects and streams of a fleet. Each host has its own, so that the bus can bind a certificate to them; `packaging/nats/add-user.sh` writes the permissions
/// that go with these names.
/// </summary>
public sealed class FleetNames
{
    /// <summary>The prefix where none is named.</summary>
    public const string DefaultPrefix = "debugrelay";

    /// <summary>Names of a fleet.</summary>
    /// <param name="prefix">Letters, digits, `-` and `_`: tells fleets apart on one bus.</param>
    /// <exception cref="FleetException">It is something else.</exception>
    public FleetNames(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Length is 0 or > 32 || !prefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new FleetException($"\"{prefix}\" is no prefix: 1 to 32 letters, digits, '-' and '_'");
        Prefix = prefix;
    }

    /// <summary>What all names begin with.</summary>
    public string Prefix { get; }

    /// <summary>The stream of hosts' records: a key-value bucket.</summary>
    public string PresenceStream => $"KV_{Prefix}_presence";

    /// <summary>The stream of documents: a key-value bucket.</summary>
    public string DocumentStream => $"KV_{Prefix}_documents";

    /// <summary>The stream of audit events and heads, as a SIEM reads them.</summary>
    public string AuditStream => $"{Prefix}_audit";

    /// <summary>The stream of ledgers' lines and heads, as a monitor reads them.</summary>
    public string LedgerStream => $"{Prefix}_ledger";

    /// <summary>All hosts' records.</summary>
    public string AllPresence => $"$KV.{Prefix}_presence.>";

    /// <summary>Documents as they are told.</summary>
    public string AllDocuments => $"{Prefix}.documents.*";

    /// <summary>All that hosts acknowledge.</summary>
    public string AllAcknowledgements => $"{Prefix}.ack.>";

    /// <summary>A host's record.</summary>
    public string Presence(string host) => $"$KV.{Prefix}_presence.{Token(host)}";

    /// <summary>A kind of document in its bucket.</summary>
    public string StoredDocument(string kind) => $"$KV.{Prefix}_documents.{kind}";

    /// <summary>A kind of document as it is told.</summary>
    public string Document(string kind) => $"{Prefix}.documents.{kind}";

    /// <summary>What a host says of a document.</summary>
    public string Acknowledgement(string kind, string host) => $"{Prefix}.ack.{kind}.{Token(host)}";

    /// <summary>Audit events of a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="log">`agent`, `broker`, or with `-heads` their heads.</param>
    public string Audit(string host, string log) => $"{Prefix}.audit.{Token(host)}.{log}";

    /// <summary>A ledger's lines.</summary>
    public string LedgerLines(string host, string role) => $"{Prefix}.ledger.{Token(host)}.{role}.lines";

    /// <summary>A ledger's heads.</summary>
    public string LedgerHead(string host, string role) => $"{Prefix}.ledger.{Token(host)}.{role}.head";

    /// <summary>A host's name as one token of a subject: dots would make several, and `a` could hear what is for `a.b`.</summary>
    public static string Token(string host)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        return host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? host.Replace('.', '/')
            : throw new FleetException($"\"{host}\" cannot be the name of a host in a fleet: letters, digits, '.', '_' and '-' only");
    }

    /// <summary>The host whose name is this token.</summary>
    public static string HostOf(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token.Replace('/', '.');
    }

    /// <summary>Where answers for this identity come to. Nobody else may listen there.</summary>
    /// <param name="identity">As it stands in the certificate: `spiffe://…`.</param>
    public static string Inbox(string identity)
        => $"_INBOX.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..32]}";
}
