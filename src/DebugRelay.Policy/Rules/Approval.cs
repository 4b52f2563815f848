using DebugRelay.Policy.Identity;

namespace DebugRelay.Policy.Rules;

/// <summary>What an offered grant gives to a request.</summary>
public sealed record Approval
{
    /// <summary>The grant's id.</summary>
    public required string Grant { get; init; }

    /// <summary>One clause of why it gives nothing, after "grant ID"; null when it covers the request.</summary>
    public string? Problem { get; init; }

    /// <summary>The distinct identities that approved it, the requester never among them.</summary>
    public IReadOnlyList<PeerIdentity> Approvers { get; init; } = [];

    /// <summary>One clause for each signature that does not count.</summary>
    public IReadOnlyList<string> NotCounted { get; init; } = [];

    /// <summary>When the certificate of each approver ends, in the order of <see cref="Approvers"/>.</summary>
    public IReadOnlyList<DateTimeOffset> ApproversUntil { get; init; } = [];

    /// <summary>When it ends.</summary>
    public DateTimeOffset NotAfter { get; init; }

    /// <summary>Until when so many approvers stand behind it: an approval ends with its approver's certificate.</summary>
    internal DateTimeOffset EndFor(int approvers)
    {
        DateTimeOffset last = ApproversUntil.OrderDescending().ElementAtOrDefault(approvers - 1);
        return ApproversUntil.Count >= approvers && last < NotAfter ? last : NotAfter;
    }

    /// <summary>Whether it opens what asks for so many approvers.</summary>
    public bool Gives(int approvers) => Problem is null && Approvers.Count >= approvers;

    /// <summary>Why it does not, in one clause.</summary>
    internal string Shortfall(int approvers)
    {
        if (Problem is not null) return $"grant {Grant} {Problem}";
        string counted = Approvers.Count == 0 ? "no approver" : $"{Approvers.Count} of {approvers} approvers";
        return NotCounted.Count == 0 ? $"grant {Grant} has {counted}" : $"grant {Grant} has {counted} ({string.Join("; ", NotCounted)})";
    }
}
