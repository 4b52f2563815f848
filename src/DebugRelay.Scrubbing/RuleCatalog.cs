using DebugRelay.Scrubbing.Detectors;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing;

/// <summary>What a rule looks for.</summary>
public enum RuleKind
{
    /// <summary>Passwords, keys, tokens.</summary>
    Secret,

    /// <summary>What says who somebody is, or how he is reached or paid.</summary>
    Personal,

    /// <summary>Addresses of machines.</summary>
    Network,

    /// <summary>Values whose place says that they may be anything: of a query, a header, an SQL statement, an argument, a variable.</summary>
    Structure,

    /// <summary>A rule of a user's own.</summary>
    User,
}

/// <summary>A rule as profiles and reports name it.</summary>
/// <param name="Name">Small letters, digits and dashes; in brackets it stands for what was masked.</param>
/// <param name="Kind">What it looks for.</param>
/// <param name="IsAnchored">The value itself says what it is (a prefix, a checksum, a form). Otherwise only its name or place does.</param>
/// <param name="IsLowEntropy">The values can be guessed, so that a pseudonym would give them away: they are masked even where hashes are asked for.</param>
/// <param name="IsOnByDefault">Whether the shipped profiles look for it.</param>
/// <param name="Finds">What it finds, in a few plain words.</param>
public sealed record RuleInfo(string Name, RuleKind Kind, bool IsAnchored, bool IsLowEntropy, bool IsOnByDefault, string Finds);

/// <summary>All rules there are, whether or not a profile selects them.</summary>
public static class RuleCatalog
{
    private static readonly (Rule Rule, Func<AllowLists, Detector[]> Detectors)[] Entries =
    [
        (Rule.PrivateKey, _ => [new PrivateKeyDetector()]),
        (Rule.Jwt, _ => [new JwtDetector()]),
        (Rule.VendorToken, _ => [new VendorTokenDetector(), new MarkedTokenDetector()]),
        (Rule.AzureClientSecret, _ => [new AzureClientSecretDetector()]),
        (Rule.AwsAccessKeyId, _ => [new AwsAccessKeyIdDetector()]),
        (Rule.AwsSecretKey, _ => [new AwsSecretKeyDetector()]),
        (Rule.UrlCredentials, _ => [new UrlCredentialsDetector()]),
        (Rule.ConnectionString, _ => [new ConnectionStringDetector()]),
        (Rule.BasicAuth, _ => [new BasicAuthDetector()]),
        (Rule.Bearer, _ => [new BearerDetector()]),
        (Rule.CreditCard, _ => [new CreditCardDetector()]),
        (Rule.Iban, _ => [new IbanDetector()]),
        (Rule.Email, _ => [new EmailDetector()]),
        (Rule.Cookie, _ => []),
        (Rule.GenericSecret, _ => [new GenericSecretDetector(), new NamedTokenDetector(), new CallDetector()]),
        (Rule.Phone, _ => [new PhoneDetector()]),
        (Rule.Mac, _ => [new MacDetector()]),
        (Rule.Ipv6, _ => [new Ipv6Detector()]),
        (Rule.Ipv4, _ => [new Ipv4Detector()]),
        (Rule.UserPath, _ => [new UserPathDetector()]),
        .. NationalIds.All.Select(d => (d.Rule, new Func<AllowLists, Detector[]>(_ => [d]))),
        (Rule.Uuid, _ => [new UuidDetector()]),
        (Rule.SqlLiteral, _ => [new SqlLiteralDetector()]),
        (Rule.UrlQuery, lists => [new UrlQueryDetector(lists.QueryKeys)]),
        (Rule.Header, lists => [new HeaderDetector(lists.Headers), new HeaderOptionDetector(lists.Headers)]),
        (Rule.Environment, _ => []),
        (Rule.CommandLine, _ => []),
    ];

    /// <summary>The rules, in the order of their precedence: where findings overlap, the first gives the name.</summary>
    public static IReadOnlyList<RuleInfo> All { get; } = [.. Entries.Select(e => e.Rule.Info)];

    /// <summary>The rule of this name, or null. Names are compared with case.</summary>
    public static RuleInfo? Find(string name) => All.FirstOrDefault(r => r.Name == name);

    /// <summary>The rules of these names, and detectors of a user's own. Findings of other rules are not made.</summary>
    /// <param name="names">Names of rules of the catalogue.</param>
    /// <param name="more">See <see cref="RegexDetector"/>.</param>
    /// <param name="lists">Names whose values are kept; null: those that ship.</param>
    /// <exception cref="ArgumentException">There is no rule of this name.</exception>
    internal static DetectorSet Set(IEnumerable<string> names, IEnumerable<Detector> more, AllowLists? lists = null)
    {
        lists ??= AllowLists.Default;
        var wanted = names.ToHashSet();
        var unknown = wanted.FirstOrDefault(n => Find(n) is null);
        if (unknown is not null)
        {
            throw new ArgumentException($"There is no rule named '{unknown}'.", nameof(names));
        }

        var entries = Entries.Where(e => wanted.Contains(e.Rule.Name)).ToList();
        Detector[] own = [.. more];
        return new DetectorSet([.. entries.SelectMany(e => e.Detectors(lists)), .. own], [.. entries.Select(e => e.Rule), .. own.Select(d => d.Rule)], lists);
    }
}
