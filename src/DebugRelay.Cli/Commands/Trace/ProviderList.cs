using System.Globalization;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Commands.Trace;

/// <summary>
/// `--providers` as dotnet-trace takes it: `Name[:Keywords[:Level[:Arguments]]]`, separated by commas; keywords are hexadecimal, the level a
/// number or a name, arguments `key=value;key="value"`; what has commas in it stands in quotation marks, and `\n` in arguments is a line break.
/// </summary>
internal static class ProviderList
{
    private const string Form = "write Name[:Keywords[:Level[:Arguments]]],… with keywords in hexadecimal and a level of 0 to 5";
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";

    /// <summary>Each time a provider with it is enabled, the runtime collects the whole heap: the agent refuses it.</summary>
    private const ulong HeapCollect = 0x800000;

    private static readonly string[] Levels = ["logalways", "critical", "error", "warning", "informational", "verbose"];

    /// <exception cref="UsageException">It is of another form.</exception>
    public static IReadOnlyList<TraceProvider> Parse(string text)
    {
        TraceProvider[] providers = [.. Split(text, ',').Where(part => part.Length > 0).Select(ParseOne)];
        return providers.Length > 0 ? providers : throw new UsageException("--providers names no provider", Form);
    }

    /// <summary>All keywords of a provider, where the user names none. Keywords of 0 would lose many events.</summary>
    public static ulong AllKeywords(string provider)
        => string.Equals(provider, Runtime, StringComparison.OrdinalIgnoreCase) ? ulong.MaxValue & ~HeapCollect : ulong.MaxValue;

    private static TraceProvider ParseOne(string text)
    {
        string[] parts = text.Split(':', 4);
        for (int i = 0; i < parts.Length; i++)
            parts[i] = WithoutMarks(parts[i]);
        string name = parts[0].Trim();
        if (name.Length == 0)
            throw new UsageException($"'{text}' names no provider", Form);
        ulong keywords = At(parts, 1) is { } hexadecimal ? ParseKeywords(hexadecimal) : AllKeywords(name);
        int level = At(parts, 2) is { } written ? ParseLevel(written) : (int)System.Diagnostics.Tracing.EventLevel.Verbose;
        return new TraceProvider(name, keywords, level, At(parts, 3)?.Replace("\\n", "\n", StringComparison.Ordinal));
    }

    private static string? At(string[] parts, int index) => index < parts.Length && parts[index].Length > 0 ? parts[index] : null;

    private static ulong ParseKeywords(string text)
    {
        string digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong keywords)
            ? keywords
            : throw new UsageException($"'{text}' are no keywords", Form);
    }

    private static int ParseLevel(string text)
    {
        int level = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : Array.IndexOf(Levels, text.ToLowerInvariant());
        return level is >= 0 and <= 5 ? level : throw new UsageException($"'{text}' is no level", Form);
    }

    /// <summary>Marks around the whole of a part are the list's; those inside are the provider's own.</summary>
    private static string WithoutMarks(string part) => part.Length > 1 && part[0] == '"' && part.IndexOf('"', 1) == part.Length - 1 ? part[1..^1] : part;

    /// <summary>Splits outside of quotation marks.</summary>
    private static List<string> Split(string text, char separator)
    {
        var parts = new List<string> { "" };
        bool quoted = false;
        foreach (char c in text)
        {
            quoted ^= c == '"';
            if (c == separator && !quoted)
                parts.Add("");
            else
                parts[^1] += c;
        }
        return quoted ? throw new UsageException($"a quotation mark is missing in '{text}'", Form) : parts;
    }
}
