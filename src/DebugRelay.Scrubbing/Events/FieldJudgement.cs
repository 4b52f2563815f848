using DebugRelay.NetTrace;
using DebugRelay.Scrubbing.Detectors;
using DebugRelay.Scrubbing.Profiles;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Events;

/// <summary>What a profile has for the values of one field.</summary>
internal sealed class FieldJudgement
{
    public FieldJudgement(ScrubProfile profile, FieldFacts field)
    {
        By = profile.RuleFor(field);
        var isRuntime = RuntimeProviders.Contains(field.Provider);
        NameRule = By is { NamesField: true } || isRuntime ? null : profile.SecretRuleOf(field.Name);
        TextKind = field.Name.Equals("CommandLine", StringComparison.OrdinalIgnoreCase) ? TextKind.CommandLine
            : isRuntime && !RuntimeProviders.HoldsFreeText(field) ? TextKind.Name
            : TextKind.Free;
        (Treatment, Rule) = By is not null ? (By.Treatment, By.Rule) : Unlisted(profile, field.Kind);
        IsSearched = By?.IsSearched ?? true;
    }

    /// <summary>The profile's rule that speaks of the field; null where none does.</summary>
    public FieldRule? By { get; }

    /// <summary>The rule that masks every value because of the field's name, whatever it holds: <c>Password</c>.</summary>
    public Rule? NameRule { get; }

    /// <summary>What kind of text it holds, where it holds text.</summary>
    public TextKind TextKind { get; }

    /// <summary>What is done with every value. Only keep and truncate leave something to search.</summary>
    public Treatment Treatment { get; }

    /// <summary>What values that do not stay are counted as.</summary>
    public Rule Rule { get; }

    /// <summary>Whether the detectors look at what is kept.</summary>
    public bool IsSearched { get; }

    /// <summary>Whether something of a value stays.</summary>
    public bool Keeps => Treatment.Action is ScrubAction.Keep or ScrubAction.Truncate;

    /// <summary>The rule that takes a text out as a whole; null where it is kept, or searched.</summary>
    /// <param name="text">The value.</param>
    /// <param name="keyRule">The rule for the key that the value stands under, where it has one.</param>
    public Rule? TakesOut(ReadOnlySpan<char> text, Rule? keyRule) =>
        (NameRule ?? keyRule) is { } rule && !Placeholders.Is(text) ? rule : Keeps ? null : Rule;

    private static (Treatment Treatment, Rule Rule) Unlisted(ScrubProfile profile, EventFieldKind kind) => kind switch
    {
        EventFieldKind.Text => (profile.MasksOtherText ? Treatment.Mask : Treatment.Keep, FieldRules.Unlisted),
        EventFieldKind.Bytes => (profile.MasksBytes ? Treatment.Mask : Treatment.Keep, FieldRules.Bytes),
        _ => (profile.MasksNumbers ? Treatment.Mask : Treatment.Keep, FieldRules.Number),
    };
}
