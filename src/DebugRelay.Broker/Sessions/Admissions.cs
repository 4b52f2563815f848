using DebugRelay.Broker.Gate;
using DebugRelay.Broker.State;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Sessions;

/// <summary>What a decision alone cannot know: whether the grant that it rests on is used up, and whether an emergency's time is over.</summary>
internal sealed class Admissions(GrantLedger grants, EmergencyLedger emergencies, TimeProvider clock)
{
    /// <summary>The decision, and no where the grant has nothing left. Nothing is taken yet.</summary>
    public Decided Preview(Judged judged)
    {
        if (judged.Grant is not { } files || grants.RestOf(files, GrantCheck.Parse(files)).Problem is not { } problem)
            return judged.Decided;
        return judged.Decided with { Allowed = false, Code = ErrorCode.UsedUp, Reason = problem };
    }

    /// <summary>Takes what the operation uses up. It is on disk when this returns; only then is a target touched.</summary>
    /// <exception cref="ProtocolException">Nothing is left.</exception>
    public OperationRight Enter(VerifiedSession session, Judged judged)
    {
        TimeSpan longest = (judged.Decision.NotAfter - clock.GetUtcNow()) ?? TimeSpan.Zero;
        if (judged.Decision.BreakGlass is { } rule)
            longest = Shorter(longest, emergencies.Enter(session.Identity, rule, session.Statement.Session));
        if (judged.Grant is not { } files)
            return new OperationRight(longest, null);
        GrantDocument grant = GrantCheck.Parse(files);
        if (grant.Scope.Seconds is { } seconds)
            longest = Shorter(longest, TimeSpan.FromSeconds(seconds));
        return new OperationRight(longest, grants.Take(files, grant));
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}

/// <summary>What one operation may have.</summary>
/// <param name="Longest">How long it may run, counted by a clock that nobody sets.</param>
/// <param name="Use">The use of a grant that it takes; null where it needs none.</param>
internal sealed record OperationRight(TimeSpan Longest, GrantUse? Use)
{
    // The agent ends the operation in time and says why; this is for one that does not.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    /// <summary>How long an operation runs that wants to run so long.</summary>
    public TimeSpan Within(TimeSpan wanted) => wanted < Longest + Grace ? wanted : Longest + Grace;
}
