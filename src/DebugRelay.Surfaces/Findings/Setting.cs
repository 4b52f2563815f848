namespace DebugRelay.Surfaces.Findings;

/// <summary>A variable of an environment, or a key of a configuration, wherever it was written.</summary>
/// <param name="Name">As written.</param>
/// <param name="Value">As written; one that is only known at run time holds a `$` or `{{`.</param>
/// <param name="Place">Where.</param>
public sealed record Setting(string Name, string Value, Place Place)
{
    /// <summary>Whether the value stands there, and is not a reference to be filled in later.</summary>
    public bool IsLiteral => !Value.Contains('$', StringComparison.Ordinal) && !Value.Contains("{{", StringComparison.Ordinal);

    /// <summary>`Logging:LogLevel:Default`: the name as .NET's configuration takes it from a variable.</summary>
    public string ConfigurationKey => Name.Replace("__", ":", StringComparison.Ordinal);

    /// <summary>Whether the value means yes, as .NET reads booleans: `true` or `1`, in any case.</summary>
    public bool IsTrue => Value.Trim().Trim('"', '\'') is var value && (value == "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the value is a word, in any case and with or without quotes.</summary>
    public bool Is(string word) => Value.Trim().Trim('"', '\'').Equals(word, StringComparison.OrdinalIgnoreCase);
}
