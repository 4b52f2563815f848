using DebugRelay.Scrubbing.Detectors;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing;

/// <summary>
/// Masks the values of arguments (<c>--payment-key=X</c>, <c>--password X</c>, <c>/p:X</c>, <c>-u user:X</c>) but for those whose name is known to be
/// harmless (<see cref="AllowLists"/>), and what the detectors find in the rest.
/// </summary>
public static class CommandLineScrubber
{
    private const string Source = "command line";

    /// <summary>MSBuild's options whose value is a pair itself.</summary>
    private static readonly string[] PropertyPrefixes = ["p:", "property:", "rp:", "restoreProperty:"];

    /// <summary>A command line as one string; words may be in double quotes.</summary>
    public static string Scrub(string commandLine, TextScrubber scrubber)
    {
        scrubber.ForgetRedacted();
        return scrubber.TryScrub(commandLine, TextKind.CommandLine, Source, out var scrubbed) ? scrubbed.ToString() : commandLine;
    }

    /// <summary>A command line as the words a process was started with. The result has as many.</summary>
    public static IReadOnlyList<string> Scrub(IReadOnlyList<string> words, TextScrubber scrubber)
    {
        var scrubbed = new string[words.Count];
        for (var i = 0; i < words.Count; i++)
        {
            var isValue = i > 0 && Option(words[i - 1], scrubber.Lists.Arguments) is { } rule && IsValue(words[i], words[i - 1], rule);
            scrubbed[i] = isValue ? Masked(words[i - 1], words[i], scrubber) : Scrub(words[i], scrubber);
        }

        return scrubbed;
    }

    /// <summary>Adds the values of secret-looking arguments.</summary>
    internal static void Find(ReadOnlySpan<char> line, NameList allowed, HitList hits)
    {
        Range previous = default;
        for (var i = 0; NextWord(line, ref i, out var word); previous = word)
        {
            if (AttachedValue(line[word], allowed) is (> 0 and var attached, var attachedRule))
            {
                hits.Add(word.Start.Value + attached, line[word].Length - attached, attachedRule);
            }
            else if (Option(line[previous], allowed) is { } rule && IsValue(line[word], line[previous], rule))
            {
                hits.Add(word.Start.Value, line[word].Length, rule);
            }
        }
    }

    private static string Masked(string option, string value, TextScrubber scrubber)
    {
        var rule = Option(option, scrubber.Lists.Arguments) ?? Rule.GenericSecret;
        return scrubber.ReplaceAll(value, rule, Source).ToString();
    }

    private static bool NextWord(ReadOnlySpan<char> line, ref int i, out Range word)
    {
        while (i < line.Length && char.IsWhiteSpace(line[i]))
        {
            i++;
        }

        var start = i;
        var quote = start < line.Length && line[start] is '"' or '\'' ? line[start] : '\0';
        i += quote == '\0' ? 0 : 1;
        start = i;
        while (i < line.Length && (quote == '\0' ? !char.IsWhiteSpace(line[i]) : line[i] != quote))
        {
            i++;
        }

        word = start..i;
        i += quote == '\0' || i == line.Length ? 0 : 1;
        return word.End.Value > start;
    }

    /// <summary>The rule of an option whose value is the next word, or null where it is kept.</summary>
    private static Rule? Option(ReadOnlySpan<char> word, NameList allowed)
    {
        var name = word.TrimStart("-/");
        if (name.Length == word.Length || name.IsEmpty || name.ContainsAny('=', ':') || IsPath(word, name))
        {
            return null;
        }

        return word is "-u" or "--user" ? Rule.BasicAuth : SecretKeys.Classify(name) ?? (allowed.Has(name) ? null : Rule.CommandLine);
    }

    private static bool IsValue(ReadOnlySpan<char> word, ReadOnlySpan<char> option, Rule rule) =>
        !Placeholders.Is(word) && !word.StartsWith("-") && !word.StartsWith("@/") && (option is not ("-u" or "--user") || word.IndexOf(':') > 0)
        && !(rule == Rule.CommandLine && HarmlessValues.Has(word));

    /// <summary>Where the value of <c>--key=value</c>, <c>/key:value</c> or <c>/p:value</c> begins, and its rule; 0 where it is kept.</summary>
    private static (int Start, Rule Rule) AttachedValue(ReadOnlySpan<char> word, NameList allowed)
    {
        var name = word.TrimStart("-/");
        // Configuration keys have colons in them: --Logging:LogLevel:Default=Debug. Only without an equals sign does a colon part.
        var sign = name.IndexOf('=') is var equals and > 0 ? equals : name.IndexOf(':');
        if (sign <= 0 || name.Length == word.Length || IsPath(word, name[..sign]))
        {
            return (0, Rule.CommandLine);
        }

        var start = word.Length - name.Length + sign + 1;
        var value = word[start..];
        var rule = RuleOf(name[..sign], allowed);
        var isKept = rule is null || Placeholders.Is(value) || (rule == Rule.CommandLine && HarmlessValues.Has(value));
        return isKept ? (0, Rule.CommandLine) : (start, rule!);
    }

    /// <summary>A slash begins an option or an absolute path.</summary>
    private static bool IsPath(ReadOnlySpan<char> word, ReadOnlySpan<char> name) => word[0] == '/' && name.Contains('/');

    /// <summary>The value of /p:NAME=VALUE is named by NAME; /p:VALUE alone is a password.</summary>
    private static Rule? RuleOf(ReadOnlySpan<char> name, NameList allowed)
    {
        if (name.Equals("p", StringComparison.OrdinalIgnoreCase))
        {
            return Rule.GenericSecret;
        }

        foreach (var prefix in PropertyPrefixes)
        {
            name = name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? name[prefix.Length..] : name;
        }

        return SecretKeys.Classify(name) ?? (allowed.Has(name) ? null : Rule.CommandLine);
    }
}
