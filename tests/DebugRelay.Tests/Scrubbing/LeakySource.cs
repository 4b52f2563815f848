using System.Diagnostics.Tracing;

namespace DebugRelay.Tests.Scrubbing;

/// <summary>An event source that leaks on every surface an application has. Each event also carries the harmless text "kept" or a number.</summary>
[EventSource(Name = "DebugRelay-Tests-Leaky")]
internal sealed class LeakySource : EventSource
{
    public const string Provider = "DebugRelay-Tests-Leaky";

    [Event(1)]
    public void Typed(string text, int number) => WriteEvent(1, text, number);

    [Event(2)]
    public void Params(string text, string harmless, int number, bool flag, string more) => WriteEvent(2, text, harmless, number, flag, more);

    [Event(3)]
    public void Bytes(int number, byte[] content) => WriteEvent(3, number, content);

    [Event(4)]
    public void MessageJson(string loggerName, string argumentsJson, string formattedMessage) => WriteEvent(4, loggerName, argumentsJson, formattedMessage);

    [Event(5)]
    public void SignIn(string user, string password) => WriteEvent(5, user, password);

    [Event(6)]
    public void Header(string headerName, string headerValue) => WriteEvent(6, headerName, headerValue);

    [NonEvent]
    public void SelfDescribing(string text) => Write("SelfDescribing", new { Text = text, Number = 7, Nested = new { Inner = text, Harmless = "kept" } });

    /// <summary>An array of objects: EventPipe's metadata cannot express it, so that the event comes without a schema.</summary>
    [NonEvent]
    public void Arguments(params KeyValuePair<string, string>[] arguments) => Write("Arguments", new { Arguments = arguments });
}
