using DebugRelay.NetTrace;
using DebugRelay.Scrubbing.Profiles;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Events;

/// <summary>What is to be done with the values of one field; worked out once for each event type.</summary>
internal sealed class FieldPlan
{
    private static readonly string[] KeyNames = ["key", "name", "headername", "parametername", "header", "parameter", "tag"];
    private static readonly string[] ValueNames = ["value", "headervalue", "parametervalue", "tagvalue", "val"];

    private FieldPlan(EventType type, EventField field, ScrubProfile profile)
    {
        Field = field;
        Kind = KindOf(type, field);
        By = profile.RuleFor(type.Provider, type.Name, type.EventId, field);
        NameRule = By is { NamesField: true } || RuntimeProviders.Contains(type.Provider) ? null : profile.SecretRuleOf(field.Name);
        (Treatment, Rule) = Judge(profile);
        IsSearched = By?.IsSearched ?? true;
    }

    public EventField Field { get; }

    public TextKind Kind { get; }

    /// <summary>The profile's rule that speaks of the field; null where none does.</summary>
    public FieldRule? By { get; }

    /// <summary>The rule that masks every value because of the field's name, whatever it holds: <c>Password</c>.</summary>
    public Rule? NameRule { get; }

    /// <summary>What is done with every value. Only keep and truncate leave something to search.</summary>
    public Treatment Treatment { get; }

    /// <summary>What values that do not stay are counted as.</summary>
    public Rule Rule { get; }

    /// <summary>Whether the detectors look at what is kept.</summary>
    public bool IsSearched { get; }

    /// <summary>Whether values that the plan takes out are looked for in the event's other fields: not where the profile merely does not know the field.</summary>
    public bool IsTakenOutByRule => By is not null;

    /// <summary>Whether something of a value stays.</summary>
    public bool Keeps => Treatment.Action is ScrubAction.Keep or ScrubAction.Truncate;

    /// <summary>The plan of the field that holds this value's key, as in an array of Key and Value.</summary>
    public FieldPlan? Key { get; private set; }

    /// <summary>Which value of the event was the last of this field; -1 before there is one.</summary>
    public int Last { get; set; } = -1;

    public static FieldPlan[] Of(EventType type, ScrubProfile profile)
    {
        FieldPlan[] plans = [.. type.Fields.Select(f => new FieldPlan(type, f, profile))];
        foreach (var plan in plans)
        {
            plan.Key = KeyOf(plan.Field, plans);
            plan.Field.IsVisited |= plan.NameRule is not null || !plan.Keeps;
        }

        return plans;
    }

    private (Treatment Treatment, Rule Rule) Judge(ScrubProfile profile)
    {
        if (By is not null)
        {
            return (By.Treatment, By.Rule);
        }

        return Field.Kind switch
        {
            EventFieldKind.Text => (profile.MasksOtherText ? Treatment.Mask : Treatment.Keep, FieldRules.Unlisted),
            EventFieldKind.Bytes => (profile.MasksBytes ? Treatment.Mask : Treatment.Keep, FieldRules.Bytes),
            _ => (profile.MasksNumbers ? Treatment.Mask : Treatment.Keep, FieldRules.Number),
        };
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

    private static TextKind KindOf(EventType type, EventField field)
    {
        if (field.Name.Equals("CommandLine", StringComparison.OrdinalIgnoreCase))
        {
            return TextKind.CommandLine;
        }

        return !RuntimeProviders.Contains(type.Provider) || RuntimeProviders.HoldsFreeText(type, field) ? TextKind.Free : TextKind.Name;
    }
}
