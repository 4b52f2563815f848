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
    /// exactly. <paramref name="fields"/> holds all visited values of the one event, in payload order. <see cref="EventAction.Keep"/> (or Visit)
    /// keeps the event with the replacements made. Spans are valid only during the call.
    /// </summary>
    EventAction Visit(EventType type, ref EventFields fields);
}
