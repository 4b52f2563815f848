using System.Globalization;

namespace DebugRelay.Policy.Rules;

/// <summary>Which event providers a role may ask for, and which of their keywords.</summary>
public sealed record ProviderRules
{
    /// <summary>Any provider, any keyword: what holds where a policy names none.</summary>
    public static ProviderRules Any { get; } = new() { Patterns = [new ProviderPattern(new Glob("*"), ulong.MaxValue)] };

    /// <summary>One match suffices; an empty list allows no provider.</summary>
    public required IReadOnlyList<ProviderPattern> Patterns { get; init; }

    /// <summary>Whether a provider may be asked for with these keywords: one pattern has to cover all of them.</summary>
    public bool Allow(string provider, ulong keywords) => Patterns.Any(pattern => pattern.Covers(provider, keywords));

    /// <summary>Whether all that the other allows is allowed here; false where that is not plain to see.</summary>
    internal bool Cover(ProviderRules other) => other.Patterns.All(narrow => Patterns.Any(wide => wide.Covers(narrow)));

    /// <summary>What either allows.</summary>
    internal ProviderRules Union(ProviderRules other) => new() { Patterns = [.. Patterns.Union(other.Patterns).OrderBy(each => each.ToString(), StringComparer.Ordinal)] };

    /// <summary>The same patterns, in whatever order.</summary>
    public bool Equals(ProviderRules? other) => other is not null && Patterns.ToHashSet().SetEquals(other.Patterns);

    /// <inheritdoc/>
    public override int GetHashCode() => Patterns.Aggregate(0, (hash, pattern) => hash ^ pattern.GetHashCode());

    /// <summary>As policies write it.</summary>
    public override string ToString() => Patterns.Count == 0 ? "none" : string.Join(", ", Patterns);
}

/// <summary>A provider's name, and the keywords that may be asked of it.</summary>
/// <param name="Name">Case counts, as it does for the runtime.</param>
/// <param name="Keywords">The bits that may be set.</param>
public sealed record ProviderPattern(Glob Name, ulong Keywords)
{
    /// <summary>Whether the provider matches, and no other keyword is asked for. No keyword at all is the least that can be asked for.</summary>
    public bool Covers(string provider, ulong keywords) => (keywords & ~Keywords) == 0 && Name.Matches(provider);

    internal bool Covers(ProviderPattern other) => (other.Keywords & ~Keywords) == 0 && Name.Covers(other.Name);

    /// <summary><c>NAME</c> or <c>NAME:0xKEYWORDS</c>.</summary>
    public override string ToString() => Keywords == ulong.MaxValue ? Name.Pattern : $"{Name.Pattern}:0x{Keywords:x}";

    /// <summary>Reads <c>NAME</c> or <c>NAME:0xKEYWORDS</c>.</summary>
    /// <returns>Null when it is neither.</returns>
    internal static ProviderPattern? TryParse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return new ProviderPattern(new Glob(text), ulong.MaxValue);
        string name = text[..colon], mask = text[(colon + 1)..];
        bool hexadecimal = name.Length > 0 && mask.StartsWith("0x", StringComparison.Ordinal) && mask.Length <= 18;
        return hexadecimal && ulong.TryParse(mask.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong keywords)
            ? new ProviderPattern(new Glob(name), keywords)
            : null;
    }
}
