using DebugRelay.Policy.Identity;

namespace DebugRelay.Policy.Rules;

/// <summary>
/// Which identities a list of members names: one identity exactly, or a SPIFFE pattern in which <c>*</c> stands for one whole path segment.
/// No wildcard crosses a <c>/</c>, none stands in a trust domain, in an e-mail address or in a common name.
/// </summary>
public sealed record IdentityPattern
{
    private readonly string[] _segments;
    private readonly IdentityKind _kind;

    private IdentityPattern(string text, IdentityKind kind)
    {
        Text = text;
        _kind = kind;
        _segments = text.Split('/');
    }

    /// <summary>The pattern, with an e-mail address in lower case as identities have it.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">As a policy has it.</param>
    /// <param name="problem">What is wrong; empty where nothing is.</param>
    /// <returns>The pattern, or null with one clause of what is wrong.</returns>
    public static IdentityPattern? TryParse(string text, out string problem)
    {
        // Each wildcard stands for a segment, so the pattern is well-formed when it is an identity with a segment in each one's place.
        bool spiffe = text.StartsWith(IdentitySyntax.SpiffePrefix, StringComparison.Ordinal);
        string sample = spiffe ? WithoutWildcards(text) : text;
        if (!PeerIdentity.TryParse(sample, out PeerIdentity? identity, out problem)) return null;
        return new IdentityPattern(spiffe ? text : identity.Value, identity.Kind);
    }

    /// <summary>Whether the identity is one of those named.</summary>
    public bool Matches(PeerIdentity identity)
    {
        if (identity.Kind != _kind) return false;
        if (_kind != IdentityKind.Spiffe) return identity.Value == Text;
        string[] segments = identity.Value.Split('/');
        return segments.Length == _segments.Length && segments.Zip(_segments).All(pair => pair.Second == "*" || pair.First == pair.Second);
    }

    /// <summary>Whether the pattern names one identity alone.</summary>
    internal bool IsExact => !_segments.Contains("*");

    /// <summary>Whether each identity that <paramref name="other"/> names is named here.</summary>
    internal bool Covers(IdentityPattern other) =>
        _kind == other._kind
        && _segments.Length == other._segments.Length
        && other._segments.Zip(_segments).All(pair => pair.Second == "*" || pair.First == pair.Second);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>The same pattern, written the same way.</summary>
    public bool Equals(IdentityPattern? other) => other is not null && other.Text == Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    private static string WithoutWildcards(string text)
    {
        string[] segments = text.Split('/');
        // spiffe: // trust domain / path: the path begins with the fourth part.
        for (int i = 3; i < segments.Length; i++)
        {
            if (segments[i] == "*") segments[i] = "any";
        }
        return string.Join('/', segments);
    }
}
