using DebugRelay.Scrubbing.Detectors;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing;

/// <summary>
/// Masks the values of secret-looking arguments (<c>--password X</c>, <c>--token=X</c>, <c>/p:X</c>, <c>-u user:X</c>), and what the detectors find
/// in the rest.
/// </summary>
public static class CommandLineScrubber
{
    private const string Source = "command line";

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
            var isValue = i > 0 && Option(words[i - 1]) is { } rule && IsValue(words[i], words[i - 1]);
            scrubbed[i] = isValue ? Masked(words[i - 1], scrubber) : Scrub(words[i], scrubber);
        }

        return scrubbed;
    }

    /// <summary>Adds the values of secret-looking arguments.</summary>
    internal static void Find(ReadOnlySpan<char> line, HitList hits)
    {
        Range previous = default;
        for (var i = 0; NextWord(line, ref i, out var word); previous = word)
        {
            if (AttachedValue(line[word]) is var attached and > 0)
            {
                hits.Add(word.Start.Value + attached, line[word].Length - attached, Rule.GenericSecret);
            }
            else if (Option(line[previous]) is { } rule && IsValue(line[word], line[previous]))
            {
                hits.Add(word.Start.Value, line[word].Length, rule);
            }
        }
    }

    private static string Masked(string option, TextScrubber scrubber)
    {
        var rule = Option(option) ?? Rule.GenericSecret;
        scrubber.Count(Source, rule.Name);
        return rule.Mask;
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

    /// <summary>The rule of an option whose value is the next word, or null.</summary>
    private static Rule? Option(ReadOnlySpan<char> word)
    {
        var name = word.TrimStart("-/");
        if (name.Length == word.Length || name.IsEmpty || name.ContainsAny('=', ':'))
        {
            return null;
        }

        return word is "-u" or "--user" ? Rule.BasicAuth : SecretKeys.Classify(name);
    }

    private static bool IsValue(ReadOnlySpan<char> word, ReadOnlySpan<char> option) =>
        !Placeholders.Is(word) && !word.StartsWith("--") && (option is not ("-u" or "--user") || word.IndexOf(':') > 0);

    /// <summary>Where the value of <c>--key=value</c>, <c>/key:value</c> or <c>/p:value</c> begins; 0 if the key is harmless.</summary>
    private static int AttachedValue(ReadOnlySpan<char> word)
    {
        var name = word.TrimStart("-/");
        var sign = name.IndexOfAny('=', ':');
        if (sign <= 0 || name.Length == word.Length)
        {
            return 0;
        }

        var start = word.Length - name.Length + sign + 1;
        var value = word[start..];
        var isSecret = SecretKeys.Classify(name[..sign]) is not null
            || (word.StartsWith("/p:", StringComparison.OrdinalIgnoreCase) && !value.Contains('='));
        return isSecret && !Placeholders.Is(value) ? start : 0;
    }
}
