namespace DebugRelay.NetTrace;

/// <summary>What becomes of one event.</summary>
internal enum Verdict
{
    Keep,

    /// <summary>Its payload becomes what the editor holds.</summary>
    Edit,

    /// <summary>Its payload becomes zeros.</summary>
    Blank,
    Drop,
}

/// <summary>Finds each event's verdict: the filter's where the payload can be read, a closed one where it cannot.</summary>
internal sealed class EventJudge(EventTypes types, ITraceFilter filter, RewriteTally tally)
{
    /// <summary>The values of the event that was judged last.</summary>
    public EventEditor Editor { get; } = new();

    public Verdict Judge(uint metadataId, ReadOnlySpan<byte> payload)
    {
        if (types.Find(metadataId) is not { } plan) return Undefined();
        return plan.Action switch
        {
            EventAction.Keep => Verdict.Keep,
            EventAction.Drop => Drop(plan, DropReason.Filter),
            EventAction.Visit => Visit(plan, payload),
            _ => Blank(payload, BlankReason.Filter),
        };
    }

    private Verdict Visit(EventPlan plan, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > NetTraceLimits.MaxPayloadSize) return Drop(plan, DropReason.PayloadTooLarge);
        if (plan.Type.Layout is not { } layout) return Unread(plan, payload, BlankReason.UnknownSchema);
        switch (PayloadWalker.Walk(layout, payload, Editor, ref plan.BoolSize))
        {
            case WalkResult.Mismatch: return Unread(plan, payload, BlankReason.SchemaMismatch);
            case WalkResult.Ambiguous: return Unread(plan, payload, BlankReason.AmbiguousSchema);
            case WalkResult.TooManyValues: return Unread(plan, payload, BlankReason.TooManyValues);
        }
        return Editor.Count == 0 ? Verdict.Keep : AskFilter(plan, payload);
    }

    private Verdict AskFilter(EventPlan plan, ReadOnlySpan<byte> payload)
    {
        var fields = new EventFields(Editor, payload);
        switch (filter.Visit(plan.Type, ref fields))
        {
            case EventAction.Drop: return Drop(plan, DropReason.Filter);
            case EventAction.Blank: return Blank(payload, BlankReason.Filter);
        }
        if (!Editor.IsEdited) return Verdict.Keep;
        tally.EventsRewritten++;
        return Verdict.Edit;
    }

    private Verdict Undefined()
    {
        tally.CountDropped(DropReason.UndefinedType);
        return Verdict.Drop;
    }

    private Verdict Drop(EventPlan plan, DropReason reason)
    {
        tally.CountDropped(reason);
        filter.NoteDropped(plan.Type, reason);
        return Verdict.Drop;
    }

    private Verdict Unread(EventPlan plan, ReadOnlySpan<byte> payload, BlankReason reason)
    {
        if (payload.IsEmpty) return Verdict.Keep;
        return filter.VisitUnread(plan.Type, reason) == EventAction.Drop ? Drop(plan, DropReason.Filter) : Blank(payload, reason);
    }

    private Verdict Blank(ReadOnlySpan<byte> payload, BlankReason reason)
    {
        if (payload.IsEmpty) return Verdict.Keep;
        tally.CountBlanked(reason);
        return Verdict.Blank;
    }
}
