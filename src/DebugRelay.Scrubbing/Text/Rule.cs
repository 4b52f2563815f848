namespace DebugRelay.Scrubbing.Text;

/// <summary>A named rule. Where findings overlap, the one with the lower priority number gives the name.</summary>
internal sealed class Rule(string name, int priority)
{
    public static readonly Rule Unscannable = new("unscannable", 0);
    public static readonly Rule PrivateKey = new("private-key", 1);
    public static readonly Rule Jwt = new("jwt", 2);
    public static readonly Rule VendorToken = new("vendor-token", 3);
    public static readonly Rule AzureClientSecret = new("azure-client-secret", 3);
    public static readonly Rule AwsAccessKeyId = new("aws-access-key-id", 4);
    public static readonly Rule AwsSecretKey = new("aws-secret-key", 5);
    public static readonly Rule UrlCredentials = new("url-credentials", 6);
    public static readonly Rule ConnectionString = new("connection-string", 7);
    public static readonly Rule BasicAuth = new("basic-auth", 8);
    public static readonly Rule Bearer = new("bearer", 9);
    public static readonly Rule CreditCard = new("creditcard", 10);
    public static readonly Rule Iban = new("iban", 11);
    public static readonly Rule Email = new("email", 12);
    public static readonly Rule Cookie = new("cookie", 13);
    public static readonly Rule GenericSecret = new("generic-secret", 14);
    public static readonly Rule CommandLine = new("cmdline", 15);

    public string Name { get; } = name;

    public int Priority { get; } = priority;

    /// <summary>What stands in the place of a finding: <c>[email]</c>.</summary>
    public string Mask { get; } = $"[{name}]";

    public override string ToString() => Name;
}
