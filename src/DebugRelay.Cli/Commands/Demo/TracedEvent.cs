using System.Globalization;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.Cli.Commands.Demo;

/// <summary>One event of a trace, as far as the demo shows it.</summary>
/// <param name="Time">When.</param>
/// <param name="Thread">The operating system's id.</param>
/// <param name="Provider">The event source.</param>
/// <param name="Name">The event's name.</param>
/// <param name="Fields">Names and values as text.</param>
internal sealed record TracedEvent(DateTime Time, int Thread, string Provider, string Name, IReadOnlyList<(string Name, string Value)> Fields)
{
    // A sample is shown, not the trace: this is far more than any sample needs.
    private const int MaxEvents = 20_000;

    /// <summary>Reads the events that have names and fields, to the end of the trace.</summary>
    public static IReadOnlyList<TracedEvent> ReadAll(Stream trace)
    {
        var events = new List<TracedEvent>();
        using var source = new EventPipeEventSource(trace);
        source.Dynamic.All += Keep;
        source.Clr.ExceptionStart += Keep;
        source.Process();
        return events;

        void Keep(TraceEvent data)
        {
            if (events.Count < MaxEvents)
                events.Add(new TracedEvent(data.TimeStamp, data.ThreadID, data.ProviderName, data.EventName, FieldsOf(data)));
        }
    }

    private static List<(string, string)> FieldsOf(TraceEvent data)
    {
        var fields = new List<(string, string)>();
        for (int index = 0; index < data.PayloadNames.Length; index++)
        {
            if (data.PayloadValue(index) is IConvertible value)
                fields.Add((data.PayloadNames[index], Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
        }
        return fields;
    }
}
