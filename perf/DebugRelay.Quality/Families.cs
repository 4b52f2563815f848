namespace DebugRelay.Quality;

/// <summary>Which rule a corpus's own label asks for. Labels of public names (client ids, host names, hashes) ask for none.</summary>
internal static class Families
{
    public const string Generic = "generic-secret";
    public const string Vendor = "vendor-token";

    private static readonly (string Word, string? Family)[] ByWord =
    [
        ("jwt", "jwt"), ("json web token", "jwt"), ("private key", "private-key"), ("privkey", "private-key"), ("pem", "private-key"),
        ("age identity", Vendor), ("basic auth", "basic-auth"), ("http.1", "basic-auth"), ("curl", Generic), ("bearer", "bearer"), ("http.2", "bearer"),
        ("aws access key id", "aws-access-key-id"), ("aws api key", "aws-access-key-id"), ("aws client id", "aws-access-key-id"),
        ("aws secret", "aws-secret-key"), ("connection string", "connection-string"), ("odbc", "connection-string"),
        ("postgres", "url-credentials"), ("mongodb uri", "url-credentials"), ("url credentials", "url-credentials"), (" uri", "url-credentials"),
        ("client id", null), ("app id", null), ("application id", null), ("product id", null), ("public", null), ("recipient", null),
        ("bucket", null), ("hostname", null), ("domain", null), ("account id", null), ("account sid", null), ("hash", null), ("nonce", null),
        ("uuid", null), ("salt", null), ("md5", null), ("bcrypt", null), ("username", null), ("docker registry", null), ("project id", null),
        ("tenant", null), ("resource name", null), ("openai host", null), ("account name", null), ("organization id", null), ("reporter id", null),
        ("bot id", null), ("api id", null), ("instance", null), ("weak password", null), ("endpoint", null), ("url", null), ("certificate", null),
    ];

    /// <summary>Prefixes that the makers publish: a text that holds one asks for the vendor rule, any other for the generic one.</summary>
    private static readonly string[] Published =
    [
        "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "sk_live_", "rk_live_", "AIza", "GOCSPX-", "ya29.", "npm_", "SG.",
        "hf_", "sk-ant-", "sk-proj-", "dop_v1_", "doo_v1_", "shpat_", "shpss_", "hvs.", "pypi-", "dckr_pat_", "glsa_", "sntrys_", "NRAK-", "lin_api_",
        "figd_", "xkeysib-", "sq0", "PMAK-", "rubygems_", "dapi", "pul-", "tskey-", "AKCp", "ATATT", "r8_", "gsk_", "xai-", "pplx-", "EZAK", "ops_eyJ",
        "clojars_", "CLOJARS_", "duffel_", "dp.pt.", "dt0c01.", "whsec_", "nfp_", "pscale_", "sbp_", "hooks.slack.com", "AGE-SECRET-KEY", "LTAI", "aio_",
    ];

    /// <summary>The rule asked for, or null where the label names nothing secret.</summary>
    public static string? Of(string label, string text)
    {
        foreach (var (word, family) in ByWord)
        {
            if (label.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return family;
            }
        }

        return Published.Any(p => text.Contains(p, StringComparison.Ordinal)) ? Vendor : Generic;
    }
}
