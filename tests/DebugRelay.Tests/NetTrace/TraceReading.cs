using System.Globalization;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.EventPipe;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace DebugRelay.Tests.NetTrace;

/// <summary>An event as TraceEvent, which is not ours, reads it.</summary>
internal sealed record ReadEvent(
    string Provider, int Id, string Name, int Thread, double Milliseconds, Guid Activity, Guid RelatedActivity, string PayloadHex, string Values);

/// <summary>A trace as TraceEvent reads it to its end.</summary>
internal sealed record TraceReading(IReadOnlyList<ReadEvent> Events, int EventsLost)
{
    public static TraceReading Of(byte[] trace)
    {
        using var source = new EventPipeEventSource(new MemoryStream(trace));
        var events = new List<ReadEvent>();
        source.Dynamic.All += _ => { };
        source.Clr.All += _ => { };
        new ClrRundownTraceEventParser(source).All += _ => { };
        new SampleProfilerTraceEventParser(source).All += _ => { };
        source.AllEvents += e => events.Add(new ReadEvent(
            e.ProviderName, (int)e.ID, e.EventName, e.ThreadID, e.TimeStampRelativeMSec, e.ActivityID, e.RelatedActivityID,
            Convert.ToHexString(e.EventData()), ValuesOf(e)));
        source.Process();
        return new TraceReading(events, source.EventsLost);
    }

    public IEnumerable<ReadEvent> From(string provider) => Events.Where(e => e.Provider == provider);

    /// <summary>The call stack of every event, as addresses, in order.</summary>
    public static IReadOnlyList<string> StacksOf(byte[] trace)
    {
        var folder = Directory.CreateTempSubdirectory("debugrelay-stacks-");
        try
        {
            var file = Path.Combine(folder.FullName, "a.nettrace");
            File.WriteAllBytes(file, trace);
            using var log = new TraceLog(TraceLog.CreateFromEventPipeDataFile(file));
            return [.. log.Events.Select(e => e.ProviderName + " " + string.Join(' ', Frames(e.CallStack())))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> Frames(TraceCallStack? stack)
    {
        for (; stack is not null; stack = stack.Caller) yield return stack.CodeAddress.Address.ToString("x", CultureInfo.InvariantCulture);
    }

    private static string ValuesOf(TraceEvent e)
    {
        try
        {
            return string.Join("; ", e.PayloadNames.Select((name, i) => $"{name}={Text(e.PayloadValue(i))}"));
        }
        catch (Exception fault) when (fault is IndexOutOfRangeException or ArgumentException or NotSupportedException)
        {
            return "unreadable: " + fault.GetType().Name;
        }
    }

    private static string Text(object? value) => value switch
    {
        byte[] bytes => Convert.ToHexString(bytes),
        System.Collections.IDictionary map => "{" + string.Join(", ", map.Keys.Cast<object>().Select(k => $"{k}: {Text(map[k])}")) + "}",
        string text => text,
        System.Collections.IEnumerable list => "[" + string.Join(", ", list.Cast<object>().Select(Text)) + "]",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}
