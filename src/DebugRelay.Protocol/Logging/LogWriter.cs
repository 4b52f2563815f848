using System.Text;
using System.Text.Json;

namespace DebugRelay.Protocol.Logging;

/// <summary>Where a process's log goes, in one of three forms: lines for people, lines of JSON, or the fields of systemd's journal.</summary>
public abstract class LogWriter
{
    /// <summary>The form for people.</summary>
    public const string Text = "text";

    /// <summary>A JSON object a line.</summary>
    public const string Json = "json";

    /// <summary>Straight to the journal, with fields.</summary>
    public const string Journald = "journald";

    /// <summary>Writes an entry. It never throws: a log that cannot be written is no reason to stop.</summary>
    public abstract void Write(LogEntry entry);

    /// <summary>The form that a configuration names.</summary>
    /// <param name="form">One of the three; null: the journal where standard error goes there, else text.</param>
    /// <param name="program">The program's name.</param>
    public static LogWriter Create(string? form, string program) => (form ?? (IsJournal() ? Journald : Text)) switch
    {
        Json => new JsonLog(program, Console.Error, TimeProvider.System),
        Journald => new JournalLog(program, JournalLog.Socket, Console.Error),
        _ => new TextLog(program),
    };

    /// <summary>Whether the form is for people.</summary>
    /// <param name="form">As in <see cref="Create"/>.</param>
    public static bool IsText(string? form) => form is Text || (form is null && !IsJournal());

    /// <summary>systemd.exec(5): the variable names the device and inode of the journal's stream, which is ours unless somebody has redirected it.</summary>
    private static bool IsJournal()
        => Environment.GetEnvironmentVariable("JOURNAL_STREAM")?.Split(':') is [_, var inode] && new FileInfo("/proc/self/fd/2").LinkTarget == $"socket:[{inode}]";

    private sealed class TextLog(string program) : LogWriter
    {
        public override void Write(LogEntry entry)
        {
            string severity = entry.Severity <= LogEntry.Error ? "error: " : "";
            Console.Error.WriteLine($"{program}: {severity}{entry.Message.ReplaceLineEndings(" ")}{(entry.Exception is null ? "" : $"{Environment.NewLine}{entry.Exception}")}");
        }
    }
}

/// <summary>A JSON object a line.</summary>
/// <param name="program">The program's name.</param>
/// <param name="output">Where lines go.</param>
/// <param name="time">The clock.</param>
internal sealed class JsonLog(string program, TextWriter output, TimeProvider time) : LogWriter
{
    private readonly Lock _lock = new();

    public override void Write(LogEntry entry)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time"u8, time.GetUtcNow());
            json.WriteString("severity"u8, entry.SeverityName);
            json.WriteString("program"u8, program);
            if (entry.Category is not null)
                json.WriteString("category"u8, entry.Category);
            if (entry.EventId != 0)
                json.WriteNumber("event"u8, entry.EventId);
            json.WriteString("message"u8, entry.Message);
            json.WriteStartObject("fields"u8);
            foreach ((string name, string? value) in entry.Fields)
                json.WriteString(name, value);
            json.WriteEndObject();
            if (entry.Exception is not null)
                json.WriteString("exception"u8, entry.Exception);
            json.WriteEndObject();
        }
        string line = Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        try
        {
            lock (_lock)
                output.WriteLine(line);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody reads it any more.
        }
    }
}
