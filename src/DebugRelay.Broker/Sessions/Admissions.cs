using DebugRelay.Broker.Gate;
using DebugRelay.Broker.State;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Sessions;

/// <summary>
/// What a decision alone cannot know: whether the grant that it rests on is used up, how many dumps there were, and whether an emergency's time is over.
/// </summary>
internal sealed class Admissions(GrantLedger grants, EmergencyLedger emergencies, DumpLedger dumps, TimeProvider clock)
{
    /// <summary>The decision, and no where the grant or the role has nothing left. Nothing is taken yet.</summary>
    public Decided Preview(VerifiedSession session, Judged judged)
    {
        // A dump that waits was counted when it was made.
        if (!judged.Decided.Allowed || judged.Request.Dump?.Resume is not null)
            return judged.Decided;
        if (judged.Grant is { } files && grants.RestOf(files, GrantCheck.Parse(files)).Problem is { } usedUp)
            return judged.Decided with { Allowed = false, Code = ErrorCode.UsedUp, Reason = usedUp };
        if (Operations.IsDump(judged.Request.Operation) && dumps.Problem(session.Identity, judged.Decision.Limits!.Dumps) is { } problem)
            return judged.Decided with { Allowed = false, Code = ErrorCode.LimitReached, Reason = problem };
        return judged.Decided;
    }

    /// <summary>Takes what the operation uses up. It is on disk when this returns; only then is a target touched.</summary>
    /// <exception cref="ProtocolException">Nothing is left.</exception>
    public OperationRight Enter(VerifiedSession session, Judged judged)
    {
        TimeSpan longest = (judged.Decision.NotAfter - clock.GetUtcNow()) ?? TimeSpan.Zero;
        if (judged.Decision.BreakGlass is { } rule)
            longest = Shorter(longest, emergencies.Enter(session.Identity, rule, session.Statement.Session));
        if (judged.Request.Dump?.Resume is not null)
            return new OperationRight(longest, null);
        DumpUse? dump = Operations.IsDump(judged.Request.Operation) ? dumps.Take(session.Identity, judged.Decision.Limits!.Dumps) : null;
        if (judged.Grant is not { } files)
            return new OperationRight(longest, null, dump);
        try
        {
            GrantDocument grant = GrantCheck.Parse(files);
            if (grant.Scope.Seconds is { } seconds)
                longest = Shorter(longest, TimeSpan.FromSeconds(seconds));
            return new OperationRight(longest, grants.Take(files, grant), dump);
        }
        catch
        {
            dump?.GiveBack();
            throw;
        }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}

/// <summary>What one operation may have.</summary>
/// <param name="Longest">How long it may run, counted by a clock that nobody sets.</param>
/// <param name="Use">The use of a grant that it takes; null where it needs none.</param>
/// <param name="Dump">The dump that it is; null where it is none.</param>
internal sealed record OperationRight(TimeSpan Longest, GrantUse? Use, DumpUse? Dump = null)
{
    // The agent ends the operation in time and says why; this is for one that does not.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    /// <summary>Nothing was asked of the target: what was taken is given back.</summary>
    public void GiveBack()
    {
        Use?.GiveBack();
        Dump?.GiveBack();
    }

    /// <summary>How long an operation runs that wants to run so long.</summary>
    public TimeSpan Within(TimeSpan wanted) => wanted < Longest + Grace ? wanted : Longest + Grace;

    /// <summary>Why it ends then.</summary>
    public string CodeAfter(TimeSpan wanted) => wanted <= Longest ? ErrorCode.Closed : ErrorCode.Expired;
}
