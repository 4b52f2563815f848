using System.Globalization;
using System.Text.RegularExpressions;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Audit.Suppressions;

/// <summary>Suppressions in comments: `debugrelay:ignore RULE owner=alice until=2026-12-31 reason="needed for …"`, on the line or the line above.</summary>
internal static partial class InlineMarkers
{
    private const string Mark = "debugrelay:ignore";

    public static IEnumerable<Suppression> Find(SourceText source)
    {
        for (int at = source.Text.IndexOf(Mark, StringComparison.Ordinal); at >= 0; at = source.Text.IndexOf(Mark, at + Mark.Length, StringComparison.Ordinal))
        {
            int line = source.LineOf(at);
            string text = source.Text[(at + Mark.Length)..Math.Min(source.Text.Length, at + Mark.Length + 1024)].Split('\n')[0];
            // A mark that names no rule is talk about marks, as in this file.
            if (Rule().Match(text) is not { Success: true } rule)
                continue;
            yield return new Suppression(rule.Groups[1].Value, source.Path, Field(text, "owner"), Field(text, "reason"), Day(Field(text, "until"))) { Line = line, Place = new Place(source.Path, line) };
        }
    }

    private static string? Field(string text, string name)
        => Regex.Match(text, $@"\b{name}=(?:""([^""]*)""|(\S+))", RegexOptions.None, TimeSpan.FromMilliseconds(100)) is { Success: true } match
            ? match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value
            : null;

    private static DateOnly? Day(string? text)
        => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : null;

    [GeneratedRegex(@"^\s+(DBG\d{3})\b")]
    private static partial Regex Rule();
}
