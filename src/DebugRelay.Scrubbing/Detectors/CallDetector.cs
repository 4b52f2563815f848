using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>Passwords handed to well-known calls and programs without a name: curl's <c>-u user:x</c>, .NET's NetworkCredential, PowerShell's SecureString.</summary>
internal sealed class CallDetector : Detector
{
    private const int Reach = 512;
    private static readonly string[] Words = [" -u ", " --user ", " -u\"", " -u'", "networkcredential(", "convertto-securestring ", " -passin pass:", "sshpass -p"];
    private static readonly LiteralSearch Search = new(Words, ignoreCase: true);

    public override Rule Rule => Rule.GenericSecret;

    public override Anchors Anchor => Anchors.Keyword;

    public override IEnumerable<string> Literals => Words;

    public override Canary Canary => new("new NetworkCredential(\"tweety\", \"canary-bird-7\")", "canary-bird-7");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while ((i = Search.Next(text, i)) >= 0)
        {
            var word = WordAt(text[i..]);
            i += word.Length;
            var (start, end) = word[^1] == '(' ? SecondArgument(text, i) : word[1] == '-' && word[2] is 'u' or '-' ? UserAndPassword(text, i, word) : Plain(text, i);
            if (end > start && !Placeholders.Is(text[start..end]))
            {
                hits.Add(start, end - start, word[1] == '-' && word[^1] != ':' ? Rule.BasicAuth : Rule);
            }
        }
    }

    private static string WordAt(ReadOnlySpan<char> text)
    {
        foreach (var word in Words)
        {
            if (text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                return word;
            }
        }

        return Words[0];
    }

    /// <summary>Behind curl's option; the user's name stays.</summary>
    private static (int Start, int End) UserAndPassword(ReadOnlySpan<char> text, int i, string word)
    {
        var line = text[Math.Max(0, i - Reach)..i];
        if (!line.Contains("curl", StringComparison.OrdinalIgnoreCase) && !line.Contains("wget", StringComparison.OrdinalIgnoreCase))
        {
            return default;
        }

        i -= word[^1] is '"' or '\'' ? 1 : 0;
        var (start, end) = Plain(text, i);
        var colon = end > start ? text[start..end].IndexOf(':') : -1;
        return colon < 0 || text[start..end].Contains("://", StringComparison.Ordinal) ? default : (start + colon + 1, end);
    }

    private static (int Start, int End) SecondArgument(ReadOnlySpan<char> text, int i)
    {
        var rest = text[i..Math.Min(text.Length, i + Reach)];
        var comma = rest.IndexOf(',');
        if (comma < 0)
        {
            return default;
        }

        var start = Characters.SkipBlank(text, i + comma + 1);
        return start < text.Length && text[start] is '"' or '\'' ? Plain(text, start) : default;
    }

    /// <summary>The next word, or what stands in the next quotation marks; options before it are passed over.</summary>
    private static (int Start, int End) Plain(ReadOnlySpan<char> text, int i)
    {
        var start = Characters.SkipBlank(text, i);
        for (var left = 4; left > 0 && start < text.Length && text[start] == '-'; left--)
        {
            var blank = text[start..].IndexOf(' ');
            start = blank < 0 ? text.Length : Characters.SkipBlank(text, start + blank);
        }

        start += start + 1 < text.Length && text[start] == '\\' ? 1 : 0;
        var quote = start < text.Length && text[start] is '"' or '\'' ? text[start] : ' ';
        start += quote == ' ' ? 0 : 1;
        var rest = text[start..Math.Min(text.Length, start + Reach)];
        var end = rest.IndexOfAny(quote, '\n', '\r');
        end = end < 0 ? rest.Length : end;
        return (start, start + rest[..end].TrimEnd('\\').Length);
    }
}
