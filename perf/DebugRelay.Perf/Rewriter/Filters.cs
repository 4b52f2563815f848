using DebugRelay.NetTrace;

namespace DebugRelay.Perf.Rewriter;

/// <summary>Keeps every event without a look at its strings.</summary>
internal sealed class KeepFilter : ITraceFilter
{
    public EventAction Plan(EventType type) => EventAction.Keep;

    public EventAction Visit(EventType type, ref EventFields fields) => EventAction.Keep;

    public string VisitText(StreamText place, string name, string text) => text;
}

/// <summary>Scans every string of every event for a character that none has.</summary>
internal sealed class ScanFilter : ITraceFilter
{
    private const char InNoText = '\uE123';

    public long Strings { get; private set; }

    public long Hits { get; private set; }

    public EventAction Plan(EventType type) => EventAction.Visit;

    public EventAction Visit(EventType type, ref EventFields fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].Kind != EventFieldKind.Text) continue;
            Strings++;
            if (fields.Text(i).Contains(InNoText)) Hits++;
        }
        return EventAction.Keep;
    }

    public string VisitText(StreamText place, string name, string text) => text;
}

/// <summary>Writes every string of every event anew, two characters longer.</summary>
internal sealed class LengthenFilter : ITraceFilter
{
    private readonly char[] _text = new char[70_000];

    public LengthenFilter() => "><".CopyTo(_text);

    public EventAction Plan(EventType type) => EventAction.Visit;

    public EventAction Visit(EventType type, ref EventFields fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].Kind != EventFieldKind.Text) continue;
            var text = fields.Text(i);
            text.CopyTo(_text.AsSpan(2));
            fields.Replace(i, _text.AsSpan(0, text.Length + 2));
        }
        return EventAction.Keep;
    }

    public string VisitText(StreamText place, string name, string text) => text;
}
