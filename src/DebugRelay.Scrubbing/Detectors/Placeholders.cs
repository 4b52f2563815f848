namespace DebugRelay.Scrubbing.Detectors;

/// <summary>Values that stand for a secret without being one: <c>${PASSWORD}</c>, <c>****</c>, <c>null</c>, <c>string</c>.</summary>
internal static class Placeholders
{
    private static readonly string[] Words =
    [
        "null", "none", "nil", "true", "false", "undefined", "empty", "string", "str", "bytes", "redacted", "masked", "hidden", "placeholder",
        "yes", "no", "required", "optional", "missing", "invalid", "expired", "default", "unknown", "text", "varchar", "password", "token",
        "bearer", "basic", "var", "const", "self", "this", "new", "return", "system.string", "(null)", "<null>", "n/a", "todo", "tbd",
        "your_password", "your-password", "yourpassword", "your_token", "your_api_key", "your-api-key",
    ];

    public static bool Is(ReadOnlySpan<char> value)
    {
        if (value.Length is 0 or >= Limits.PlaceholderLength)
        {
            return value.Length == 0;
        }

        return IsFilling(value) || IsMarked(value) || IsWord(value);
    }

    /// <summary>"****", "xxx", "...".</summary>
    private static bool IsFilling(ReadOnlySpan<char> value) =>
        value[0] is '*' or 'x' or 'X' or '.' or '-' or '_' or '?' or '#' or '\u2022' && !value.ContainsAnyExcept(value[0]);

    /// <summary>Variables, templates and masks.</summary>
    private static bool IsMarked(ReadOnlySpan<char> value) =>
        (value[0] is '[' && value[^1] is ']')
        || (value[0] is '<' && value[^1] is '>')
        || (value[0] is '{' && value[^1] is '}')
        || (value[0] is '%' && value[^1] is '%' && value.Length > 2)
        || value.StartsWith("${") || value.StartsWith("$(") || value.StartsWith("#{") || value.StartsWith("@{")
        || value.StartsWith("{{") || value.StartsWith("<%")
        || IsVariable(value)
        || value.StartsWith("***") || value.StartsWith("xxxx", StringComparison.OrdinalIgnoreCase) || value.StartsWith("...");

    /// <summary><c>$API_KEY</c>, <c>$password</c>; a password may begin with a dollar sign as well, but has more than a name behind it.</summary>
    private static bool IsVariable(ReadOnlySpan<char> value) =>
        value.Length > 2 && value[0] == '$' && (char.IsAsciiLetter(value[1]) || value[1] == '_')
        && !value[1..].ContainsAnyExcept(CharacterSets.VariableName);

    private static bool IsWord(ReadOnlySpan<char> value)
    {
        foreach (var word in Words)
        {
            if (value.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
