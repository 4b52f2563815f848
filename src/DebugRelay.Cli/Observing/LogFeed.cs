using System.Globalization;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol.Messages;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.Cli.Observing;

/// <summary>What a process logs by ILogger, as it logs it.</summary>
internal static class LogFeed
{
    // Each message with its exception, and its text as a whole.
    private const ulong JsonMessages = 0x8;
    private const int Verbose = 5;
    private const int BufferMegabytes = 32;
    private const string MessageJson = "MessageJson";

    /// <summary>Follows a process until the time is over.</summary>
    /// <param name="session">The session.</param>
    /// <param name="target">The process.</param>
    /// <param name="filter">What of it; the process itself filters.</param>
    /// <param name="onEntry">Gets each entry, from a background thread.</param>
    /// <param name="duration">How long; null: until it is stopped.</param>
    /// <param name="stop">Ends it.</param>
    /// <param name="onLost">Told at the end how many entries the process could not keep until they were read.</param>
    /// <returns>The end; it may be partial.</returns>
    public static async Task<OperationEnd> FollowAsync(
        Session session, TargetProcess target, LogFilter filter, Action<LogEntry> onEntry, TimeSpan? duration, CancellationToken stop, Action<long>? onLost = null)
    {
        var order = new EventPipeOrder(
            [new TraceProvider(EventPipeShapes.Logging, JsonMessages, Verbose, filter.ToArguments())], BufferMegabytes, Rundown: false, duration, Stacks: false);
        await using Operation operation = await session.StartAsync(new OperationOrder(Operations.Logs, target, order), stop);
        EventPipeEventSource? read = null;
        OperationEnd end = await LiveEvents.ReadAsync(operation, source => Subscribe(read = source, onEntry), duration, stop);
        onLost?.Invoke(read?.EventsLost ?? 0);
        return end;
    }

    private static void Subscribe(EventPipeEventSource source, Action<LogEntry> onEntry)
        => source.Dynamic.All += data =>
        {
            if (data.ProviderName == EventPipeShapes.Logging && data.EventName == MessageJson)
                onEntry(Entry(data));
        };

    private static LogEntry Entry(TraceEvent data) => new(
        data.TimeStamp.ToUniversalTime(),
        (LogSeverity)Math.Clamp(Convert.ToInt32(data.PayloadByName("Level") ?? 0, CultureInfo.InvariantCulture), 0, (int)LogSeverity.Critical),
        Text(data, "LoggerName"),
        Text(data, "EventName"),
        Text(data, "FormattedMessage"),
        ExceptionIn(Text(data, "ExceptionJson")));

    /// <summary>The exception's own text, with its stack; null without one.</summary>
    private static string? ExceptionIn(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("VerboseMessage", out JsonElement text) && text.GetString() is { Length: > 0 } whole ? whole : null;
        }
        catch (JsonException)
        {
            // What was masked as a whole is text that is no JSON: it is shown as it is.
            return json.Length > 2 ? json : null;
        }
    }

    private static string Text(TraceEvent data, string field) => Convert.ToString(data.PayloadByName(field), CultureInfo.InvariantCulture) ?? "";
}

/// <summary>How grave an entry is, as ILogger numbers it.</summary>
internal enum LogSeverity
{
    Trace,
    Debug,
    Information,
    Warning,
    Error,
    Critical,
}

/// <summary>Which entries are wanted.</summary>
/// <param name="Level">These and graver ones.</param>
/// <param name="Categories">Of loggers whose names begin so; a star stands for anything. None: of all.</param>
internal sealed record LogFilter(LogSeverity Level, IReadOnlyList<string> Categories)
{
    /// <summary>As the provider Microsoft-Extensions-Logging takes it: what is not named is not sent.</summary>
    public string ToArguments()
        => $"FilterSpecs=\"{string.Join(';', (Categories.Count == 0 ? ["*"] : Categories).Select(category => $"{category}:{Level}"))}\"";
}

/// <summary>What was logged.</summary>
/// <param name="Time">UTC.</param>
/// <param name="Level">How grave.</param>
/// <param name="Category">The logger's name.</param>
/// <param name="Event">The event's name; may be empty.</param>
/// <param name="Message">As the host's profile left it.</param>
/// <param name="Exception">An exception's text with its stack, likewise; null without one.</param>
internal sealed record LogEntry(DateTime Time, LogSeverity Level, string Category, string Event, string Message, string? Exception);
