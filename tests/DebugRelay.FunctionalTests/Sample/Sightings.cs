using System.Collections.Concurrent;
using System.Text;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.FunctionalTests.Sample;

/// <summary>Which texts were seen in which events, searched in the raw payloads and not in what a reader makes of them.</summary>
internal sealed class Sightings(IEnumerable<string> texts)
{
    private readonly (string Text, byte[] Utf16, byte[] Utf8)[] _wanted =
        [.. texts.Distinct().Select(text => (text, Encoding.Unicode.GetBytes(text), Encoding.UTF8.GetBytes(text)))];

    private readonly ConcurrentDictionary<(string Text, string Event), bool> _seen = new();

    public void Look(TraceEvent @event)
    {
        ReadOnlySpan<byte> payload = @event.EventData();
        foreach ((string text, byte[] utf16, byte[] utf8) in _wanted)
        {
            if (payload.IndexOf(utf16) >= 0 || payload.IndexOf(utf8) >= 0) _seen[(text, $"{@event.ProviderName}/{@event.EventName}")] = true;
        }
    }

    /// <summary>"Provider/Event" of every event that held the text.</summary>
    public IEnumerable<string> EventsWith(string text) => _seen.Keys.Where(key => key.Text == text).Select(key => key.Event).Order();

    public bool Has(string text, string @event) => _seen.ContainsKey((text, @event));
}
