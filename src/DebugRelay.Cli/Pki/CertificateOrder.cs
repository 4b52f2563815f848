using System.Net;
using DebugRelay.Policy.Identity;

namespace DebugRelay.Cli.Pki;

/// <summary>A certificate to be issued: an agent's, which bears server names, or an engineer's, which bears an identity.</summary>
internal sealed record CertificateOrder
{
    /// <summary>An engineer's certificate is for a shift: it needs no revocation to be worthless tomorrow.</summary>
    public static readonly TimeSpan ClientLifetime = TimeSpan.FromHours(12);

    /// <summary>An agent's certificate is for a quarter: replaced by hand, so not daily, yet not forgotten for years.</summary>
    public static readonly TimeSpan ServerLifetime = TimeSpan.FromDays(90);

    private const int NameCharacters = 64;

    /// <summary>Names the files, and is the subject's common name unless the identity is one.</summary>
    public required string Name { get; init; }

    /// <summary>DNS names and addresses of an agent.</summary>
    public IReadOnlyList<string> ServerNames { get; init; } = [];

    /// <summary>An engineer's identity, as policies write it.</summary>
    public string? Identity { get; init; }

    /// <summary>Whether the engineer may approve grants, where the policy counts him among the approvers.</summary>
    public bool Approver { get; init; }

    /// <summary>How long the certificate holds; null takes <see cref="ClientLifetime"/> or <see cref="ServerLifetime"/>.</summary>
    public TimeSpan? Lifetime { get; init; }

    public bool IsServer => ServerNames.Count > 0;

    public TimeSpan EffectiveLifetime => Lifetime ?? (IsServer ? ServerLifetime : ClientLifetime);

    /// <summary>Checks what the caller typed.</summary>
    /// <exception cref="PkiException">The order makes no certificate.</exception>
    public void Validate()
    {
        CheckName(Name);
        if (IsServer == (Identity is not null))
        {
            throw new PkiException("a certificate is an agent's or an engineer's", "give --server or --id, not both");
        }
        if (IsServer && Approver) throw new PkiException("an agent cannot be an approver", "leave --approver away, or give --id");
        if (EffectiveLifetime <= TimeSpan.Zero) throw new PkiException("the lifetime is not positive", "give --for a duration such as 12h");
        foreach (string server in ServerNames.Where(server => !IsServerName(server)))
        {
            throw new PkiException($"\"{server}\" is no DNS name and no address", "write it like db-1.corp.example or 10.0.0.7");
        }
        if (Identity is not null && !PeerIdentity.TryParse(Identity, out _, out string problem))
        {
            throw new PkiException($"the identity {problem}", "write it like spiffe://corp.example/eng/alice or email:alice@corp.example");
        }
    }

    public static void CheckName(string name)
    {
        bool plain = name.Length is > 0 and <= NameCharacters
            && char.IsAsciiLetterOrDigit(name[0])
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
        if (!plain) throw new PkiException($"\"{name}\" cannot name files", "use 1 to 64 letters, digits, '.', '-' and '_'");
        if (name.Equals("ca", StringComparison.OrdinalIgnoreCase)) throw new PkiException("\"ca\" is the authority's own name", "take another one");
    }

    private static bool IsServerName(string name) =>
        IPAddress.TryParse(name, out _)
        || (name.Length is > 0 and <= 253 && name.Split('.').All(IsLabel));

    private static bool IsLabel(string label) => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
