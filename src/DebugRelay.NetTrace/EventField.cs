namespace DebugRelay.NetTrace;

/// <summary>What a field's value is.</summary>
public enum EventFieldKind
{
    /// <summary>A string, or an array of characters.</summary>
    Text,

    /// <summary>An array of bytes.</summary>
    Bytes,

    /// <summary>A number, boolean, time, GUID or single character of fixed size; not visited unless a filter asks for it.</summary>
    Fixed,
}

/// <summary>A field of an event type whose values can be visited.</summary>
public sealed class EventField
{
    internal EventField(string path, string name, EventFieldKind kind)
    {
        Path = path;
        Name = name;
        Kind = kind;
        IsVisited = kind != EventFieldKind.Fixed;
    }

    /// <summary>
    /// Where the field stands, for instance <c>Message</c>, <c>Arguments[].Value</c>, <c>[]</c> for an element of a nameless array.
    /// </summary>
    public string Path { get; }

    /// <summary>The field's own name; that of its array where it is an element without a name.</summary>
    public string Name { get; }

    /// <summary>What its values are.</summary>
    public EventFieldKind Kind { get; }

    /// <summary>
    /// Whether its values are given to <see cref="ITraceFilter.Visit"/>; a filter may set it during <see cref="ITraceFilter.Plan"/>.
    /// </summary>
    public bool IsVisited { get; set; }
}
