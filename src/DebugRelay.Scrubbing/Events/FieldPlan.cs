using DebugRelay.NetTrace;
using DebugRelay.Scrubbing.Profiles;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Events;

/// <summary>What is to be done with the values of one field of an event type; worked out once for each type.</summary>
internal sealed class FieldPlan
{
    private static readonly string[] KeyNames = ["key", "name", "headername", "parametername", "header", "parameter", "tag"];
    private static readonly string[] ValueNames = ["value", "headervalue", "parametervalue", "tagvalue", "val"];

    private FieldPlan(EventType type, EventField field, ScrubProfile profile)
    {
        Field = field;
        Judgement = new FieldJudgement(profile, new FieldFacts(type, field));
    }

    public EventField Field { get; }

    public FieldJudgement Judgement { get; }

    /// <summary>The plan of the field that holds this value's key, as in an array of Key and Value.</summary>
    public FieldPlan? Key { get; private set; }

    /// <summary>Whether nothing happens to a text of this field but what the detectors find in it.</summary>
    public bool IsOnlySearched { get; private set; }

    /// <summary>Which value of the event was the last of this field; -1 before there is one.</summary>
    public int Last { get; set; } = -1;

    public static FieldPlan[] Of(EventType type, ScrubProfile profile)
    {
        FieldPlan[] plans = [.. type.Fields.Select(f => new FieldPlan(type, f, profile))];
        foreach (var plan in plans)
        {
            plan.Key = plan.Judgement.By is { NamesField: true } ? null : KeyOf(plan.Field, plans);
            plan.IsOnlySearched = plan.Key is null && plan.Field.Kind == EventFieldKind.Text
                && plan.Judgement is { NameRule: null, IsSearched: true, TextKind: not TextKind.CommandLine, Treatment.Action: ScrubAction.Keep };
            plan.Field.IsVisited |= plan.Judgement.NameRule is not null || !plan.Judgement.Keeps;
        }

        return plans;
    }

    private static FieldPlan? KeyOf(EventField value, FieldPlan[] plans)
    {
        if (!ValueNames.Contains(value.Name, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        var parent = value.Path[..^value.Name.Length];
        return plans.FirstOrDefault(p => p.Field.Kind == EventFieldKind.Text && p.Field.Path == parent + p.Field.Name
            && KeyNames.Contains(p.Field.Name, StringComparer.OrdinalIgnoreCase));
    }
}
