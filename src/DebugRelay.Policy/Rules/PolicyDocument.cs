using DebugRelay.Policy.Identity;

namespace DebugRelay.Policy.Rules;

/// <summary>A parsed and validated policy.json: immutable, so that a new one replaces the old one whole.</summary>
public sealed record PolicyDocument
{
    /// <summary>The extended key usage of an approver's certificate, unless the policy names another.</summary>
    public const string DefaultApproverUsage = "2.25.180885834128846146524271952045911554967";

    /// <summary>The roles, in the order of the document.</summary>
    public required IReadOnlyList<Role> Roles { get; init; }

    /// <summary>Who may sign grants; his certificate bears <see cref="ApproverUsage"/> besides.</summary>
    public IReadOnlyList<IdentityPattern> Approvers { get; init; } = [];

    /// <summary>Whether everybody is an approver whose certificate says so; for a look at a grant without a host's policy. No document sets it.</summary>
    public bool ApproversAreAny { get; init; }

    /// <summary>The object identifier of the approver's extended key usage.</summary>
    public string ApproverUsage { get; init; } = DefaultApproverUsage;

    /// <summary>Who signs off what was done in an emergency.</summary>
    public IReadOnlyList<IdentityPattern> Reviewers { get; init; } = [];

    /// <summary>Who may sign deny lists.</summary>
    public IReadOnlyList<IdentityPattern> DenySigners { get; init; } = [];

    /// <summary>
    /// Operations that go on while a revocation list is past the time of its renewal. Only harmless ones can be named; empty, which is the
    /// default, stops everything.
    /// </summary>
    public IReadOnlySet<string> StaleCrlAllow { get; init; } = new HashSet<string>();

    /// <summary>Whether reviewers can read unscrubbed data later; else the recording's copy of them can be read by nobody.</summary>
    public bool ReviewersReadUnscrubbed { get; init; }

    /// <summary>What recordings keep of what was delivered.</summary>
    public RecordingRules Recordings { get; init; } = RecordingRules.Default;

    /// <summary>The policy of a host that has none: it allows nothing.</summary>
    public static PolicyDocument Empty { get; } = new() { Roles = [] };

    /// <summary>
    /// Parses policy.json: JSON with comments and trailing commas; unknown and duplicate keys, unknown operations and bad patterns are
    /// errors.
    /// </summary>
    /// <param name="utf8">The file's bytes, at most <see cref="Limits.PolicyBytes"/>.</param>
    /// <exception cref="DocumentException">The document is refused; the message gives path and line.</exception>
    public static PolicyDocument Parse(ReadOnlySpan<byte> utf8) => PolicyReader.Read(utf8);

    /// <summary>Whether the identity is a member of <c>approvers</c>; says nothing of his certificate.</summary>
    public bool IsApprover(PeerIdentity identity) => ApproversAreAny || Approvers.Any(pattern => pattern.Matches(identity));

    /// <summary>Whether the identity is a member of <c>reviewers</c>.</summary>
    public bool IsReviewer(PeerIdentity identity) => Reviewers.Any(pattern => pattern.Matches(identity));

    /// <summary>Whether the identity is a member of <c>denySigners</c>; says nothing of his certificate.</summary>
    public bool IsDenySigner(PeerIdentity identity) => DenySigners.Any(pattern => pattern.Matches(identity));
}
