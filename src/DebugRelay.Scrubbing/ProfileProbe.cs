using System.Globalization;
using DebugRelay.NetTrace;
using DebugRelay.Scrubbing.Events;
using DebugRelay.Scrubbing.Profiles;

namespace DebugRelay.Scrubbing;

/// <summary>What a profile does with a field.</summary>
/// <param name="Action">What is done, in a few words.</param>
/// <param name="DecidedBy">The rule or key of the profile that decides.</param>
/// <param name="Result">What becomes of the value that was given; null where none was, or where nothing of the event is left.</param>
/// <param name="Findings">What was counted for the value, by rule.</param>
public sealed record ProfileVerdict(string Action, string DecidedBy, string? Result, IReadOnlyDictionary<string, long> Findings);

/// <summary>Asks a profile about a field, by the same code that judges streams.</summary>
/// <remarks>A value stands alone here: that a value taken out of one field is taken out of its event's other fields, and that keys name values, does not show.</remarks>
public static class ProfileProbe
{
    private const string FirstFieldOfExceptions = "ExceptionType";

    /// <param name="profile">The profile.</param>
    /// <param name="provider">The provider's name.</param>
    /// <param name="event">The event's name, or its number.</param>
    /// <param name="field">The field's path, such as <c>Customer.Email</c>.</param>
    /// <param name="kind">What its values are.</param>
    /// <param name="value">A value, where the field holds text.</param>
    public static ProfileVerdict Judge(ScrubProfile profile, string provider, string @event, string field, EventFieldKind kind, string? value)
    {
        _ = int.TryParse(@event, NumberStyles.None, CultureInfo.InvariantCulture, out var id);
        if (profile.IsNone)
        {
            return new ProfileVerdict("keep", "the profile none, which changes nothing", value, new Dictionary<string, long>());
        }

        if (profile.DropsProvider(provider))
        {
            return new ProfileVerdict("drop the event", "privateProviders", null, new Dictionary<string, long>());
        }

        if (profile.EventRule(provider, @event, id) is { } dropping)
        {
            return new ProfileVerdict("drop the event", dropping.Origin, null, new Dictionary<string, long>());
        }

        var name = field[(field.LastIndexOf('.') + 1)..];
        var facts = new FieldFacts(provider, @event, id, field, name, kind, name == FirstFieldOfExceptions);
        var judgement = new FieldJudgement(profile, facts);
        return kind == EventFieldKind.Text ? Text(profile, judgement, provider, value) : Other(judgement, kind);
    }

    private static ProfileVerdict Text(ScrubProfile profile, FieldJudgement judgement, string provider, string? value)
    {
        using var scrubber = new TextScrubber(profile);
        string? result = null;
        if (value is not null)
        {
            result = judgement.TakesOut(value, keyRule: null) is { } rule ? scrubber.ReplaceAll(value, rule, provider).ToString()
                : scrubber.TryKeep(value, judgement, provider, out var kept) ? kept.ToString()
                : value;
        }

        var (action, by) = judgement.NameRule is { } named
            ? ($"{profile.Treatments.GetValueOrDefault(named, Treatment.Mask)} as {named.Name}", "the field's name says that it is secret")
            : (Words(judgement), judgement.By?.Origin ?? "otherText");
        return new ProfileVerdict(action, by, result, scrubber.Report().Rules);
    }

    private static ProfileVerdict Other(FieldJudgement judgement, EventFieldKind kind)
    {
        var isNumber = kind == EventFieldKind.Fixed;
        var none = new Dictionary<string, long>();
        if (judgement is { Keeps: true, NameRule: not null } && isNumber)
        {
            return new ProfileVerdict("zero", "the field's name says that it is secret", null, none);
        }

        var kept = isNumber || !judgement.IsSearched ? "keep" : "keep, zero where the detectors find something";
        return new ProfileVerdict(judgement.Keeps ? kept : "zero", judgement.By?.Origin ?? (isNumber ? "numbers" : "bytes"), null, none);
    }

    private static string Words(FieldJudgement judgement)
    {
        var action = judgement.Treatment.ToString();
        return !judgement.Keeps ? $"{action} as {judgement.Rule.Name}"
            : judgement.IsSearched ? $"{action}, but for what the detectors find"
            : action;
    }
}
