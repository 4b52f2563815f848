namespace DebugRelay.Policy.Identity;

/// <summary>
/// What an identity may look like. Narrower than the standards where they allow what could deceive: no percent-encoding, no other
/// scripts, no second spelling of one name.
/// </summary>
internal static class IdentitySyntax
{
    public const string SpiffePrefix = "spiffe://";
    public const string EmailPrefix = "email:";
    public const string CommonNamePrefix = "cn:";

    private const int TrustDomainCharacters = 255;
    private const int EmailCharacters = 254;
    private const int CommonNameCharacters = 64;

    /// <summary>One clause of what is wrong, or null.</summary>
    public static string? Problem(string text, out IdentityKind kind)
    {
        kind = IdentityKind.Spiffe;
        if (text.Length > Limits.IdentityCharacters) return $"is longer than {Limits.IdentityCharacters} characters";
        if (text.StartsWith(SpiffePrefix, StringComparison.Ordinal)) return SpiffeProblem(text[SpiffePrefix.Length..]);
        kind = IdentityKind.Email;
        if (text.StartsWith(EmailPrefix, StringComparison.Ordinal)) return EmailProblem(text[EmailPrefix.Length..]);
        kind = IdentityKind.CommonName;
        return text.StartsWith(CommonNamePrefix, StringComparison.Ordinal)
            ? CommonNameProblem(text[CommonNamePrefix.Length..])
            : "begins with none of spiffe://, email: and cn:";
    }

    private static string? SpiffeProblem(string rest)
    {
        string[] parts = rest.Split('/');
        if (parts[0].Length is 0 or > TrustDomainCharacters) return "has no trust domain of 1 to 255 characters";
        if (!parts[0].All(IsTrustDomainCharacter)) return "has a trust domain with other characters than a-z, 0-9, '.', '-' and '_'";
        if (parts.Length == 1) return "is a SPIFFE id without a path: it names a whole trust domain, nobody in it";
        return parts.Skip(1).Select(SegmentProblem).FirstOrDefault(problem => problem is not null);
    }

    private static string? SegmentProblem(string segment)
    {
        if (segment is "" or "." or "..") return "has an empty, '.' or '..' segment in its path";
        return segment.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
            ? null
            : "has a path with other characters than letters, digits, '.', '-' and '_' ('*' only as a pattern's whole segment)";
    }

    private static bool IsTrustDomainCharacter(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_';

    private static string? EmailProblem(string address)
    {
        string[] parts = address.Split('@');
        if (address.Length > EmailCharacters || parts.Length != 2) return "is no e-mail address of the form name@domain";
        bool local = parts[0].Length > 0 && parts[0].All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+' or '\'');
        bool domain = parts[1].Split('.').All(label => label.Length > 0 && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
        return local && domain ? null : "is an e-mail address with other characters than letters, digits, '.', '-', '_', '+' and the apostrophe";
    }

    private static string? CommonNameProblem(string name)
    {
        if (name.Length is 0 or > CommonNameCharacters) return "is no common name of 1 to 64 characters";
        if (name != name.Trim(' ') || name.Contains("  ", StringComparison.Ordinal)) return "is a common name with blanks that cannot be seen";

        // No ':' and no '/': a common name never looks like a SPIFFE id or a prefixed identity.
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '.' or '-' or '_' or '+' or '\'' or '(' or ')' or ',' or '@')
            ? null
            : "is a common name with other characters than letters, digits, blanks and . - _ + ' ( ) , @";
    }
}
