using DebugRelay.NetTrace;
using DebugRelay.Scrubbing.Detectors;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Events;

/// <summary>What is to be done with the values of one field; worked out once for each event type.</summary>
internal sealed class FieldPlan
{
    private static readonly string[] KeyNames = ["key", "name", "headername", "parametername", "header", "parameter", "tag"];
    private static readonly string[] ValueNames = ["value", "headervalue", "parametervalue", "tagvalue", "val"];

    private FieldPlan(EventType type, EventField field)
    {
        Field = field;
        Kind = KindOf(type, field);
        NameRule = RuntimeProviders.Contains(type.Provider) ? null : SecretKeys.Classify(field.Name);
    }

    public EventField Field { get; }

    public TextKind Kind { get; }

    /// <summary>The rule that masks every value because of the field's name: <c>Password</c>.</summary>
    public Rule? NameRule { get; }

    /// <summary>The plan of the field that holds this value's key, as in an array of Key and Value.</summary>
    public FieldPlan? Key { get; private set; }

    /// <summary>Which value of the event was the last of this field; -1 before there is one.</summary>
    public int Last { get; set; } = -1;

    public static FieldPlan[] Of(EventType type)
    {
        FieldPlan[] plans = [.. type.Fields.Select(f => new FieldPlan(type, f))];
        foreach (var plan in plans)
        {
            plan.Key = KeyOf(plan.Field, plans);
            plan.Field.IsVisited |= plan.NameRule is not null;
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

    private static TextKind KindOf(EventType type, EventField field)
    {
        if (field.Name.Equals("CommandLine", StringComparison.OrdinalIgnoreCase))
        {
            return TextKind.CommandLine;
        }

        return !RuntimeProviders.Contains(type.Provider) || RuntimeProviders.HoldsFreeText(type, field) ? TextKind.Free : TextKind.Name;
    }
}
