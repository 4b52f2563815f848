using DebugRelay.Protocol.Logging;

namespace DebugRelay.Agent.Observability;

/// <summary>Gives what the agent logs to a <see cref="LogWriter"/>: the message, and its parts by name.</summary>
internal sealed class AgentLog(LogWriter writer) : ILoggerProvider
{
    /// <summary>The name by which a log's template stands among its parts.</summary>
    private const string Template = "{OriginalFormat}";

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(writer, categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Logger(LogWriter writer, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => writer.Write(new LogEntry(SeverityOf(logLevel), category, eventId.Id, formatter(state, exception), FieldsOf(state), exception?.ToString()));

        private static KeyValuePair<string, string?>[] FieldsOf<TState>(TState state)
            => state is IReadOnlyList<KeyValuePair<string, object?>> parts
                ? [.. parts.Where(p => p.Key != Template).Select(p => KeyValuePair.Create(p.Key, Convert.ToString(p.Value, System.Globalization.CultureInfo.InvariantCulture)))]
                : [];

        private static int SeverityOf(LogLevel level) => level switch
        {
            LogLevel.Critical => 2,
            LogLevel.Error => LogEntry.Error,
            LogLevel.Warning => LogEntry.Warning,
            LogLevel.Information => LogEntry.Information,
            _ => 7,
        };
    }
}
