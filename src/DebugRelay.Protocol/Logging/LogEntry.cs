namespace DebugRelay.Protocol.Logging;

/// <summary>One line of a log.</summary>
/// <param name="Severity">As syslog counts: 2 critical, 3 error, 4 warning, 6 information, 7 debug.</param>
/// <param name="Category">The part of the program; null where it has none.</param>
/// <param name="EventId">Which of that part's messages it is; 0 where they are not counted.</param>
/// <param name="Message">For people.</param>
/// <param name="Fields">For programs: what in the message varies, by name.</param>
/// <param name="Exception">What failed, with its stack; null where nothing did.</param>
public sealed record LogEntry(int Severity, string? Category, int EventId, string Message, IReadOnlyList<KeyValuePair<string, string?>> Fields, string? Exception = null)
{
    /// <summary>Severity of an error.</summary>
    public const int Error = 3;

    /// <summary>Severity of a warning.</summary>
    public const int Warning = 4;

    /// <summary>Severity of what is good to know.</summary>
    public const int Information = 6;

    /// <summary>The severity as a word.</summary>
    public string SeverityName => Severity switch
    {
        <= 2 => "critical",
        Error => "error",
        Warning => "warning",
        <= Information => "information",
        _ => "debug",
    };
}
