namespace DebugRelay.Scrubbing;

/// <summary>Values too short and plain to be a secret, whatever their name.</summary>
internal static class HarmlessValues
{
    /// <summary>A number of so few digits is a port, a count or a time; a longer one may be an account or a card.</summary>
    private const int Digits = 6;

    public static bool Has(ReadOnlySpan<char> value) =>
        value.IsEmpty
        || value.Equals("true", StringComparison.OrdinalIgnoreCase) || value.Equals("false", StringComparison.OrdinalIgnoreCase)
        || (value.Length <= Digits && !value.ContainsAnyExceptInRange('0', '9'));
}
