using DebugRelay.NetTrace;

namespace DebugRelay.Scrubbing.Events;

/// <summary>What a stream, or somebody who asks, says of a field.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="Event">The event's name.</param>
/// <param name="EventId">The event's number.</param>
/// <param name="Path">Where the field stands: <c>Customer.Email</c>.</param>
/// <param name="Name">Its own name.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="IsFirst">Whether it is the event's first.</param>
internal readonly record struct FieldFacts(string Provider, string Event, int EventId, string Path, string Name, EventFieldKind Kind, bool IsFirst)
{
    public FieldFacts(EventType type, EventField field)
        : this(type.Provider, type.Name, type.EventId, field.Path, field.Name, field.Kind, ReferenceEquals(field, type.Fields[0]))
    {
    }
}
