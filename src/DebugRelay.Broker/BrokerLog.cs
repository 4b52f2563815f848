using DebugRelay.Protocol.Logging;

namespace DebugRelay.Broker;

/// <summary>The broker's log: a process has one. Until the configuration is read it is for people.</summary>
internal static class BrokerLog
{
    private const string Program = "debugrelay-broker";

    private static LogWriter _writer = LogWriter.Create(LogWriter.Text, Program);

    /// <summary>Takes the form that the configuration names.</summary>
    public static void Use(string? form) => Volatile.Write(ref _writer, LogWriter.Create(form, Program));

    /// <summary>Something that somebody must look at.</summary>
    public static void Error(string message, Exception? exception = null) => Write(LogEntry.Error, message, exception);

    /// <summary>Something that is good to know.</summary>
    public static void Tell(string message) => Write(LogEntry.Information, message, null);

    private static void Write(int severity, string message, Exception? exception)
        => Volatile.Read(ref _writer).Write(new LogEntry(severity, null, 0, message, [], exception?.ToString()));
}
