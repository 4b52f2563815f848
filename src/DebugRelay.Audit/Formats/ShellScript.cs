using System.Text;

namespace DebugRelay.Audit.Formats;

/// <summary>A command of a shell script: its words, the variables set for it, and its line from 1.</summary>
internal sealed record ShellCommand(IReadOnlyList<string> Words, IReadOnlyList<(string Name, string Value)> Variables, int Line)
{
    /// <summary>Whether the variables are set for all that follows (`export`, or an assignment alone).</summary>
    public bool IsExport { get; init; }
}

/// <summary>Takes a shell script apart into commands. It evaluates nothing: what is only known at run time stays as it is written.</summary>
/// <remarks>A pipeline counts as one command, since what matters often stands before the bar (`echo root:x | chpasswd`).</remarks>
internal static class ShellScript
{
    /// <summary>The commands of a text.</summary>
    /// <param name="text">The script.</param>
    /// <param name="line">The line of its first character.</param>
    public static IEnumerable<ShellCommand> Commands(string text, int line = 1)
    {
        var words = new List<string>();
        int start = line;
        foreach ((string? word, int at) in Tokens(text, line))
        {
            if (word is not null)
            {
                if (words.Count == 0)
                    start = at;
                words.Add(word);
            }
            else if (words.Count > 0)
            {
                foreach (ShellCommand command in Expand(words, start))
                    yield return command;
                words = [];
            }
        }
        if (words.Count > 0)
        {
            foreach (ShellCommand command in Expand(words, start))
                yield return command;
        }
    }

    /// <summary>The words of a command line, without quotes.</summary>
    public static IReadOnlyList<string> Words(string text) => [.. Tokens(text, 1).Where(t => t.Word is not null).Select(t => t.Word!)];

    /// <summary>Assignments before a command, and scripts within it (`sh -c "…"`), are taken out.</summary>
    private static IEnumerable<ShellCommand> Expand(List<string> words, int line)
    {
        var variables = new List<(string, string)>();
        bool export = words[0] is "export" or "env" or "set" or "declare";
        int at = export ? 1 : 0;
        while (at < words.Count && Assignment(words[at]) is { } assignment)
        {
            variables.Add(assignment);
            at++;
        }
        List<string> rest = words[at..];
        yield return new ShellCommand(rest, variables, line) { IsExport = words[0] is "export" or "declare" || rest.Count == 0 };
        int script = rest.FindIndex(w => w is "-c" or "-lc" or "-ec" or "-exc" or "-xec");
        if (script > 0 && script + 1 < rest.Count && rest[script - 1].EndsWith("sh", StringComparison.Ordinal))
        {
            foreach (ShellCommand inner in Commands(rest[script + 1], line))
                yield return inner;
        }
    }

    private static (string, string)? Assignment(string word)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || !(char.IsAsciiLetter(word[0]) || word[0] == '_'))
            return null;
        for (int i = 0; i < equals; i++)
        {
            if (!char.IsAsciiLetterOrDigit(word[i]) && word[i] != '_')
                return null;
        }
        return (word[..equals], word[(equals + 1)..]);
    }

    /// <summary>Words, and null where a command ends.</summary>
    private static IEnumerable<(string? Word, int Line)> Tokens(string text, int line)
    {
        var word = new StringBuilder();
        bool inWord = false;
        char quote = '\0';
        string? heredoc = null;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else if (c == '\\' && quote == '"' && i + 1 < text.Length && text[i + 1] is '"' or '\\' && quote == '"' && i + 1 < text.Length)
                    word.Append(text[++i]);
                else
                    word.Append(c);
                if (c == '\n')
                    line++;
                continue;
            }
            if (c == '\\' && i + 1 < text.Length)
            {
                char next = text[++i];
                if (next == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
                    next = text[++i];
                if (next == '\n')
                    line++;
                else
                    (inWord, _) = (true, word.Append(next));
                continue;
            }
            if (c is '"' or '\'')
            {
                (quote, inWord) = (c, true);
                continue;
            }
            if (c == '#' && !inWord)
            {
                while (i + 1 < text.Length && text[i + 1] != '\n')
                    i++;
                continue;
            }
            if (c is ' ' or '\t' or '\r' or '\n' or ';' or '&' or '|' or '(' or ')' or '`')
            {
                if (c is '(' or ')' && inWord && word.Length > 0 && (word[^1] == '$' || word.ToString().Contains("$(", StringComparison.Ordinal)))
                {
                    word.Append(c);
                    continue;
                }
                if (inWord)
                {
                    string done = word.ToString();
                    if (done.StartsWith("<<", StringComparison.Ordinal) && !done.StartsWith("<<<", StringComparison.Ordinal) && done.Length > 2)
                        heredoc = done.TrimStart('<', '-');
                    else
                        yield return (done, line);
                    word.Clear();
                    inWord = false;
                }
                bool or = c == '|' && i + 1 < text.Length && text[i + 1] == '|';
                if (or)
                    i++;
                if (c is '\n' or ';' or '&' || or)
                    yield return (null, line);
                if (c == '\n')
                {
                    line++;
                    if (heredoc is not null)
                    {
                        (i, line) = SkipHeredoc(text, i, line, heredoc);
                        heredoc = null;
                    }
                }
                continue;
            }
            inWord = true;
            word.Append(c);
        }
        if (inWord)
            yield return (word.ToString(), line);
    }

    private static (int At, int Line) SkipHeredoc(string text, int at, int line, string end)
    {
        while (at + 1 < text.Length)
        {
            int next = text.IndexOf('\n', at + 1);
            string content = (next < 0 ? text[(at + 1)..] : text[(at + 1)..next]).Trim();
            at = next < 0 ? text.Length : next;
            line++;
            if (content == end)
                break;
        }
        return (at, line);
    }
}
