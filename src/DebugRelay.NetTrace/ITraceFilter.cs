namespace DebugRelay.NetTrace;

/// <summary>What happens to an event.</summary>
public enum EventAction
{
    /// <summary>The event passes; its payload changes only where <see cref="ITraceFilter.Visit"/> replaced or blanked a value.</summary>
    Keep,

    /// <summary>Answer of <see cref="ITraceFilter.Plan"/> only: ask again for every event of the type, with its values.</summary>
    Visit,

    /// <summary>The event passes with its payload zeroed: same length, every string and array empty, every number 0.</summary>
    Blank,

    /// <summary>The event does not pass; the stream is mended so that readers do not take it for a loss.</summary>
    Drop,
}

/// <summary>Decides what passes. Used by one stream at a time, from one thread at a time; it must not throw.</summary>
public interface ITraceFilter
{
    /// <summary>Asked once for each metadata definition, before the first event of the type. May set <see cref="EventField.IsVisited"/>.</summary>
    EventAction Plan(EventType type);

    /// <summary>
    /// Asked for each event of a type that <see cref="Plan"/> answered <see cref="EventAction.Visit"/> for, and whose payload fits its schema
    /// exactly and holds a visited value. <paramref name="fields"/> holds all visited values of the one event, in payload order. <see
    /// cref="EventAction.Keep"/> (or Visit)
    /// keeps the event with the replacements made. Spans are valid only during the call.
    /// </summary>
    EventAction Visit(EventType type, ref EventFields fields);

    /// <summary>
    /// Asked for each text that stands outside events, and answers what is written in its place. Unless a filter says otherwise none passes. In
    /// every version these are the names in metadata, after <see cref="Plan"/> was asked about the type with the names as they came: readers go by
    /// them, so a filter should answer a name in which it finds nothing with the name. The other texts are V6's.
    /// </summary>
    /// <param name="place">Where the text stands.</param>
    /// <param name="name">What it belongs to; see <see cref="StreamText"/>.</param>
    /// <param name="text">The text as it came; never empty where it is a name.</param>
    /// <returns>
    /// What is written. An answer that is longer than what it replaces is cut: a name after 256 characters, another text after 4,096.
    /// </returns>
    string VisitText(StreamText place, string name, string text) => "";
}

/// <summary>Where a text outside events stands.</summary>
public enum StreamText
{
    /// <summary>A value of the trace's own key/value list; the name is its key. Numbers under the format's own keys are not asked about.</summary>
    TraceValue,

    /// <summary>A thread's name; the name is empty.</summary>
    ThreadName,

    /// <summary>A value of a thread's key/value list; the name is its key.</summary>
    ThreadValue,

    /// <summary>A value of a label that events refer to; the name is its key.</summary>
    LabelValue,

    /// <summary>The message template of an event type; the name is the type's.</summary>
    MessageTemplate,

    /// <summary>The description of an event type; the name is the type's.</summary>
    Description,

    /// <summary>A value of an event type's key/value list; the name is its key.</summary>
    MetadataValue,

    /// <summary>A key of any of these lists, save the format's own; the name is empty. It is asked about before its value.</summary>
    Key,

    /// <summary>The name of the provider of an event type; the name is empty.</summary>
    ProviderName,

    /// <summary>The name of an event type; the name is its provider's.</summary>
    EventName,

    /// <summary>The name of a field of an event type, nested ones included; the name is the type's.</summary>
    FieldName,
}
