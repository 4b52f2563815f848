using System.Globalization;
using DebugRelay.NetTrace;
using DebugRelay.Scrubbing.Events;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Profiles;

/// <summary>A rule of a profile: which fields of which events, and what is done with them.</summary>
/// <param name="Provider">The provider's name; null for any.</param>
/// <param name="Event">The event's name, or its number; null for any.</param>
/// <param name="Field">The field's path or its own name; null for the event as a whole.</param>
/// <param name="Type">The kind of value; null for any.</param>
/// <param name="Treatment">What is done.</param>
/// <param name="IsSearched">Whether the detectors look at what is kept.</param>
/// <param name="Rule">What the values are counted and masked as.</param>
/// <param name="Origin">Where the rule is written.</param>
internal sealed record FieldRule(
    NamePattern? Provider, NamePattern? Event, NamePattern? Field, EventFieldKind? Type, Treatment Treatment, bool IsSearched, Rule Rule, string Origin)
{
    /// <summary>Whether events are dropped by it, rather than the content of fields.</summary>
    public bool DropsEvents => Treatment.Action == ScrubAction.Drop && Field is null && Type is null;

    /// <summary>Whether it means just one field of its events: then it outweighs what the field's name says.</summary>
    public bool NamesField => Field is { IsExact: true };

    public bool MatchesEvent(string provider, string name, int id) =>
        Provider?.Matches(provider) is null or true
        && (Event is null || Event.Matches(name) || Event.Matches(id.ToString(CultureInfo.InvariantCulture)));

    public bool Matches(FieldFacts field) =>
        (Type is null || Type == field.Kind)
        && (Field is null || Field.Matches(field.Path) || Field.Matches(field.Name))
        && MatchesEvent(field.Provider, field.Event, field.EventId);

    /// <summary>Whether nothing is left for the other rule, where this one stands before it.</summary>
    public bool Covers(FieldRule other) =>
        Covers(Provider, other.Provider) && Covers(Event, other.Event) && Covers(Field, other.Field) && (Type is null || Type == other.Type)
        && (!other.DropsEvents || Field is null);

    private static bool Covers(NamePattern? wide, NamePattern? narrow) =>
        wide is null || wide.Pattern.All(c => c == '*') || (narrow is not null && wide.Covers(narrow));
}
