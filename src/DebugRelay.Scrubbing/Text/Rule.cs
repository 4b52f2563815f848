namespace DebugRelay.Scrubbing.Text;

/// <summary>A named rule. Where findings overlap, the one with the lower priority number gives the name.</summary>
internal sealed class Rule
{
    public static readonly Rule Unscannable = new("unscannable", 0, RuleKind.Structure, "fields on which the search failed");
    public static readonly Rule PrivateKey = new("private-key", 1, RuleKind.Secret, "PEM, PuTTY and XML keys", anchored: true);
    public static readonly Rule Jwt = new("jwt", 2, RuleKind.Secret, "JSON web tokens", anchored: true);
    public static readonly Rule VendorToken = new("vendor-token", 3, RuleKind.Secret, "tokens with a prefix that their maker publishes", anchored: true);
    public static readonly Rule AzureClientSecret = new("azure-client-secret", 3, RuleKind.Secret, "client secrets of Microsoft Entra ID", anchored: true);
    public static readonly Rule AwsAccessKeyId = new("aws-access-key-id", 4, RuleKind.Secret, "access key ids of AWS", anchored: true);
    public static readonly Rule AwsSecretKey = new("aws-secret-key", 5, RuleKind.Secret, "secret keys of AWS", anchored: true);
    public static readonly Rule UrlCredentials = new("url-credentials", 6, RuleKind.Secret, "user information in URLs", anchored: true);
    public static readonly Rule ConnectionString = new("connection-string", 7, RuleKind.Secret, "passwords and keys in connection strings", anchored: true);
    public static readonly Rule BasicAuth = new("basic-auth", 8, RuleKind.Secret, "credentials behind Basic, and of -u user:password", anchored: true);
    public static readonly Rule Bearer = new("bearer", 9, RuleKind.Secret, "tokens behind Bearer", anchored: true);
    public static readonly Rule CreditCard = new("creditcard", 10, RuleKind.Personal, "card numbers", anchored: true, lowEntropy: true);
    public static readonly Rule Iban = new("iban", 11, RuleKind.Personal, "international bank account numbers", anchored: true, lowEntropy: true);
    public static readonly Rule Email = new("email", 12, RuleKind.Personal, "e-mail addresses", anchored: true);
    public static readonly Rule Cookie = new("cookie", 13, RuleKind.Secret, "cookies and session ids");
    public static readonly Rule GenericSecret = new("generic-secret", 14, RuleKind.Secret, "values whose name says that they are secret");
    public static readonly Rule Phone = new("phone", 15, RuleKind.Personal, "phone numbers in the international form, with a plus sign", anchored: true, lowEntropy: true);
    public static readonly Rule Mac = new("mac", 16, RuleKind.Network, "hardware addresses", anchored: true, lowEntropy: true);
    public static readonly Rule Ipv6 = new("ipv6", 17, RuleKind.Network, "IPv6 addresses but for loopback", anchored: true, lowEntropy: true);
    public static readonly Rule Ipv4 = new("ipv4", 18, RuleKind.Network, "IPv4 addresses but for loopback, masks and versions", anchored: true, lowEntropy: true);
    public static readonly Rule UserPath = new("userpath", 19, RuleKind.Personal, "users' names in paths of home directories", anchored: true, lowEntropy: true);
    public static readonly Rule UsSsn = National("us-ssn", "social security numbers of the United States");
    public static readonly Rule UkNhs = National("uk-nhs", "NHS numbers of the United Kingdom");
    public static readonly Rule NlBsn = National("nl-bsn", "citizen service numbers of the Netherlands");
    public static readonly Rule EsNif = National("es-nif", "NIF and NIE of Spain");
    public static readonly Rule FrNir = National("fr-nir", "social security numbers of France");
    public static readonly Rule ItFiscalCode = National("it-fiscal-code", "fiscal codes of Italy");
    public static readonly Rule DeTaxId = National("de-tax-id", "tax identifiers of Germany");
    public static readonly Rule PlPesel = National("pl-pesel", "PESEL of Poland");
    public static readonly Rule BrCpf = National("br-cpf", "CPF of Brazil");
    public static readonly Rule SePersonnummer = National("se-personnummer", "personal numbers of Sweden");
    public static readonly Rule FiHetu = National("fi-hetu", "personal identity codes of Finland");
    public static readonly Rule CaSin = National("ca-sin", "social insurance numbers of Canada");
    public static readonly Rule InAadhaar = National("in-aadhaar", "Aadhaar numbers of India");
    public static readonly Rule AuTfn = National("au-tfn", "tax file numbers of Australia");
    public static readonly Rule Uuid = new("uuid", 21, RuleKind.Structure, "UUIDs; what ties events together is lost", anchored: true, on: false);
    public static readonly Rule SqlLiteral = new("sql-literal", 26, RuleKind.Structure, "strings and numbers in SQL statements and messages", lowEntropy: true);
    public static readonly Rule UrlQuery = new("url-query", 27, RuleKind.Structure, "values of URL queries whose name is not known to be harmless", lowEntropy: true);
    public static readonly Rule Header = new("header", 28, RuleKind.Structure, "values of HTTP headers whose name is not known to be harmless", lowEntropy: true);
    public static readonly Rule Environment = new("env", 29, RuleKind.Structure, "values of environment variables whose name is not known to be harmless", lowEntropy: true);
    public static readonly Rule CommandLine = new("cmdline", 30, RuleKind.Structure, "values of arguments whose name is not known to be harmless", lowEntropy: true);

    private static int _count;

    /// <summary>A rule that ships.</summary>
    private Rule(string name, int priority, RuleKind kind, string finds, bool anchored = false, bool lowEntropy = false, bool on = true)
        : this(new RuleInfo(name, kind, anchored, lowEntropy, on, finds), priority)
    {
    }

    private Rule(RuleInfo info, int priority)
    {
        Info = info;
        Priority = priority;
        Mask = $"[{info.Name}]";
        Id = Interlocked.Increment(ref _count);
    }

    /// <summary>A rule of a user's own; it gives way to those that ship.</summary>
    public static Rule OfUser(string name, bool lowEntropy) => new(new RuleInfo(name, RuleKind.User, IsAnchored: true, lowEntropy, IsOnByDefault: false, "a user's own rule"), 40);

    private static Rule National(string name, string finds) => new(name, 20, RuleKind.Personal, finds, anchored: true, lowEntropy: true, on: false);

    public RuleInfo Info { get; }

    public string Name => Info.Name;

    public int Priority { get; }

    /// <summary>A number of this process for tables.</summary>
    public int Id { get; }

    /// <summary>What stands in the place of a finding: <c>[email]</c>.</summary>
    public string Mask { get; }

    public override string ToString() => Name;
}
