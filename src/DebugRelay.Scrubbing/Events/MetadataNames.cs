using DebugRelay.NetTrace;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Events;

/// <summary>
/// Names of providers, events and fields. Readers go by them, so that what has the form of a name is searched for nothing that a name could be; but an
/// event's name may be made while the program runs, and then holds anything.
/// </summary>
internal static class MetadataNames
{
    /// <summary>Fewer digits hold neither a card number nor an account number.</summary>
    private const int MinDigits = 8;

    /// <summary>What stands in names of providers, events and fields beside letters and digits, also of generic and of nested types.</summary>
    private const string InNames = "_-./+`<>[], ()$";

    /// <summary>Whether the place is that of a name.</summary>
    public static bool IsName(StreamText place) => place is StreamText.ProviderName or StreamText.EventName or StreamText.FieldName;

    /// <summary>A name, or where it cannot be one any text.</summary>
    public static TextKind KindOf(string name)
    {
        var digits = 0;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !InNames.Contains(c, StringComparison.Ordinal))
            {
                return TextKind.Free;
            }

            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }

        return digits < MinDigits ? TextKind.Name : TextKind.Free;
    }
}
