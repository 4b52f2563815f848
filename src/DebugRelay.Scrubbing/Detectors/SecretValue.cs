namespace DebugRelay.Scrubbing.Detectors;

/// <summary>Finds the value that belongs to a secret key in free text, and judges whether it is one.</summary>
internal static class SecretValue
{
    private const int MinLength = 6;
    private const int MinPasswordLength = 3;
    private const int FillingLength = 16;

    private static readonly string[] Schemes = [
        "bearer ", "basic ", "digest ", "token ", "negotiate ", "ntlm ", "apikey ", "aws4-hmac-sha256 ", "hmac ", "sharedkey ",
    ];

    /// <summary>How key and value are joined.</summary>
    private enum Join
    {
        None,

        /// <summary><c>key=value</c> without blanks, as programs write it.</summary>
        Tight,

        /// <summary><c>key = value</c>, <c>key: value</c>, as people and code write it.</summary>
        Loose,
    }

    /// <summary>Where the value lies; length 0 if there is none, or none worth masking.</summary>
    public static (int Start, int Length) After(ReadOnlySpan<char> text, int keyStart, int keyEnd)
    {
        var key = text[keyStart..keyEnd];
        var start = Operator(text, keyStart, keyEnd, out var join);
        if (join == Join.None)
        {
            return default;
        }

        if (IsHeaderKey(key))
        {
            return Header(text, keyStart, keyEnd, start);
        }

        var quote = Opening(text, ref start);
        if (quote != '\0' && keyStart > 0 && text[keyStart - 1] == quote && text[keyEnd] != quote && text[keyEnd] != '\\')
        {
            return default;   // "Password:" is a label: its quotation mark closes, it opens no value.
        }

        var end = quote == '\0' ? UnquotedEnd(text, start) : ClosingQuote(text, start, quote);
        if (end < 0)
        {
            (quote, end) = ('\0', UnquotedEnd(text, start));
        }

        return IsSecret(text[start..end], key, join, quote != '\0') ? (start, end - start) : default;
    }

    private static bool IsHeaderKey(ReadOnlySpan<char> key) =>
        key.EndsWith("authorization", StringComparison.OrdinalIgnoreCase) || key.EndsWith("cookie", StringComparison.OrdinalIgnoreCase);

    /// <summary>Position of the value behind the operator; <paramref name="join"/> is None where there is no operator.</summary>
    private static int Operator(ReadOnlySpan<char> text, int keyStart, int keyEnd, out Join join)
    {
        var before = keyStart > 0 ? text[keyStart - 1] : '\0';
        var i = SkipClosers(text, keyEnd);
        var afterBlank = Characters.SkipBlank(text, i);
        var sign = SignLength(text, afterBlank, before);
        if (sign > 0)
        {
            var start = Characters.SkipBlank(text, afterBlank + sign);
            start = SkipType(text, start, text[afterBlank]);
            join = text[afterBlank] is '=' or '>' && start == i + sign ? Join.Tight : Join.Loose;
            return start;
        }

        if (SpokenValue(text, key: text[keyStart..keyEnd], keyEnd) is > 0 and var spoken)
        {
            join = Join.Loose;
            return spoken;
        }

        // [Authorization, abc] as .NET prints a pair; --token abc; name="password" value="abc".
        join = Join.Tight;
        if (before == '[' && i == keyEnd && text[i..].StartsWith(", "))
        {
            return i + 2;
        }

        var isOption = text[keyStart] == '-' && keyStart + 1 < keyEnd && i == keyEnd;
        if (isOption && afterBlank == i + 1 && afterBlank < text.Length && text[afterBlank] != '-')
        {
            return afterBlank;
        }

        var value = i > keyEnd ? NamedValue(text, i) : 0;
        value = value == 0 ? NextArgument(text, i) : value;
        join = value > 0 ? join : Join.None;
        return value;
    }

    /// <summary><c>PASSWORD 'x'</c> and <c>IDENTIFIED BY x</c> of SQL, "password is 'x'".</summary>
    private static int SpokenValue(ReadOnlySpan<char> text, ReadOnlySpan<char> key, int keyEnd)
    {
        var rest = text[keyEnd..Math.Min(text.Length, keyEnd + 8)];
        if (key.Equals("identified", StringComparison.OrdinalIgnoreCase))
        {
            return rest.StartsWith(" by ", StringComparison.OrdinalIgnoreCase) ? keyEnd + 4 : 0;
        }

        var start = rest.StartsWith(" is ") ? 4 : rest.StartsWith(" was ") ? 5 : 1;
        if (!IsPassword(key) || !rest.StartsWith(" ") || rest.Length <= start)
        {
            return 0;
        }

        return rest[start] is '\'' or '"' || IsMixed(Word(text[(keyEnd + start)..])) ? keyEnd + start : 0;
    }

    /// <summary>The next argument of a call, <c>define('PASSWORD', 'x1')</c>, where it is quoted and no word.</summary>
    private static int NextArgument(ReadOnlySpan<char> text, int i)
    {
        if (i >= text.Length || text[i] != ',')
        {
            return 0;
        }

        var start = Characters.SkipBlank(text, i + 1);
        return start < text.Length && text[start] is '"' or '\'' && IsMixed(Word(text[(start + 1)..])) ? start : 0;
    }

    private static ReadOnlySpan<char> Word(ReadOnlySpan<char> text)
    {
        text = text[..Math.Min(text.Length, Limits.KeyLength)];
        var end = text.IndexOfAny(CharacterSets.EndOfWord);
        return (end < 0 ? text : text[..end]).TrimEnd(".,;:)");
    }

    /// <summary>Letters and digits, as words of prose do not mix them; and neither a version nor a time.</summary>
    private static bool IsMixed(ReadOnlySpan<char> word) =>
        word.Length >= MinLength && word.ContainsAny(CharacterSets.Digits) && word.ContainsAny(CharacterSets.Letters) && !word.ContainsAny('=', '(', '/')
        && !(word[0] == 'v' && char.IsAsciiDigit(word[1])) && !IsUuid(word);

    private static bool IsUuid(ReadOnlySpan<char> word) => word.Length == 36 && word[8] == '-' && word[23] == '-';

    private static int SignLength(ReadOnlySpan<char> text, int i, char before)
    {
        var rest = text[i..];
        if (rest.StartsWith("==") || rest.StartsWith("!=") || rest.StartsWith("=~"))
        {
            // Compared with a literal: the literal is the secret.
            var literal = Characters.SkipBlank(rest, rest.StartsWith("===") || rest.StartsWith("!==") ? 3 : 2);
            return literal < rest.Length && rest[literal] is '"' or '\'' ? literal : 0;
        }

        if (rest.IsEmpty || rest.StartsWith("::") || rest.StartsWith("://"))
        {
            return 0;
        }

        return rest[0] switch
        {
            '=' => rest.StartsWith("=>") ? 2 : 1,
            ':' => rest.StartsWith(":=") ? 2 : 1,
            '>' => before == '<' ? 1 : 0,
            _ => 0,
        };
    }

    private static int SkipClosers(ReadOnlySpan<char> text, int i)
    {
        for (var left = 4; left > 0 && i < text.Length && text[i] is '"' or '\'' or '`' or ']' or ')' or '\\' or '*'; left--)
        {
            i++;
        }

        return i;
    }

    /// <summary><c>password: string = "…"</c>: the type is not the value.</summary>
    private static int SkipType(ReadOnlySpan<char> text, int start, char sign)
    {
        if (sign != ':')
        {
            return start;
        }

        var word = start;
        while (word < text.Length && word - start < 16 && (char.IsAsciiLetter(text[word]) || text[word] is '?'))
        {
            word++;
        }

        var equals = Characters.SkipBlank(text, word);
        return word > start && equals > word && equals + 1 < text.Length && text[equals] == '=' && text[equals + 1] != '='
            ? Characters.SkipBlank(text, equals + 1)
            : start;
    }

    /// <summary>Behind a quoted name: <c>, "value": </c> or <c> value=</c>.</summary>
    private static int NamedValue(ReadOnlySpan<char> text, int i)
    {
        var rest = text[i..Math.Min(text.Length, i + 24)];
        var name = rest.IndexOf("value", StringComparison.OrdinalIgnoreCase);
        if (name < 0 || rest[..name].ContainsAnyExcept(CharacterSets.BeforeNamedValue))
        {
            return 0;
        }

        var sign = Characters.SkipBlank(text, SkipClosers(text, i + name + 5));
        return sign < text.Length && text[sign] is '=' or ':' ? Characters.SkipBlank(text, sign + 1) : 0;
    }

    /// <summary>Authorization and cookies: the rest of the line, or of the quoted string.</summary>
    private static (int Start, int Length) Header(ReadOnlySpan<char> text, int keyStart, int keyEnd, int start)
    {
        var quote = Opening(text, ref start);
        if (quote == '\0' && keyStart > 0 && text[keyStart - 1] is '"' or '\'' && text[keyEnd] != text[keyStart - 1])
        {
            quote = text[keyStart - 1];
        }

        var value = UntilQuote(text[start..], quote);
        foreach (var scheme in Schemes)
        {
            if (value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                value = value[scheme.Length..];
                return Placeholders.Is(value) ? default : (start + scheme.Length, value.Length);
            }
        }

        return value.Length < 4 || Placeholders.Is(value) || IsProse(value) ? default : (start, value.Length);
    }

    private static ReadOnlySpan<char> UntilQuote(ReadOnlySpan<char> text, char quote)
    {
        var length = quote == '\0' ? text.IndexOfAny('\r', '\n') : text.IndexOfAny('\r', '\n', quote);
        return (length < 0 ? text : text[..length]).TrimEnd(" \\]");
    }

    /// <summary>"Authorization: the user must …": words of small letters only.</summary>
    private static bool IsProse(ReadOnlySpan<char> value) => !value.ContainsAnyExcept(CharacterSets.Prose);

    private static char Opening(ReadOnlySpan<char> text, ref int start)
    {
        var i = start;
        while (i < text.Length && i - start < 3 && text[i] is '\\' or '@' or '$' or 'b' or '[')
        {
            i++;
        }

        if (i >= text.Length || text[i] is not ('"' or '\'' or '`'))
        {
            return '\0';
        }

        start = i + 1;
        return text[i];
    }

    /// <summary>The closing quote on the same line; -1 if there is none. Where the opening quote is escaped itself, an escaped one closes.</summary>
    private static int ClosingQuote(ReadOnlySpan<char> text, int start, char quote)
    {
        var escaped = start > 1 && text[start - 2] == '\\';
        for (var i = start; i < text.Length && text[i] is not ('\r' or '\n'); i++)
        {
            if (text[i] == quote)
            {
                return escaped && i > start && text[i - 1] == '\\' ? i - 1 : i;
            }

            i += text[i] == '\\' && !escaped ? 1 : 0;
        }

        return -1;
    }

    /// <summary>To a blank, a quote or a tag; ',' ';' and '&amp;' end a value only where another pair or a blank follows.</summary>
    private static int UnquotedEnd(ReadOnlySpan<char> text, int start)
    {
        var i = start;
        while (i < text.Length && !IsStop(text, i))
        {
            i++;
        }

        while (i > start && IsTrailing(text[start..i]))
        {
            i--;
        }

        return i;
    }

    /// <summary>Punctuation at the end of a value; a closing bracket only where it was not opened inside.</summary>
    private static bool IsTrailing(ReadOnlySpan<char> value) => value[^1] switch
    {
        ',' or ';' or '.' or ':' => true,
        ')' => !value.Contains('('),
        ']' => !value.Contains('['),
        '}' => !value.Contains('{'),
        _ => false,
    };

    private static bool IsStop(ReadOnlySpan<char> text, int i) => text[i] switch
    {
        <= ' ' or '"' or '\'' or '`' or '<' or '>' or '\u00a0' => true,
        '\\' => i + 1 < text.Length && text[i + 1] is 'n' or 'r' or 't' or '"' or '\'',
        ',' or ';' or '&' or '|' => BeginsPair(text[(i + 1)..Math.Min(text.Length, i + 48)]),
        _ => false,
    };

    private static bool BeginsPair(ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart(" \"'{[(");
        var i = 0;
        while (i < rest.Length && (char.IsAsciiLetterOrDigit(rest[i]) || rest[i] is '_' or '-' or '.'))
        {
            i++;
        }

        return i > 0 && i < rest.Length && rest[i] is '=' or ':' or '"';
    }

    private static bool IsSecret(ReadOnlySpan<char> value, ReadOnlySpan<char> key, Join join, bool quoted)
    {
        var password = IsPassword(key);
        if (value.Length < (password ? MinPasswordLength : MinLength) || Placeholders.Is(value) || IsWorkingDirectory(key, value))
        {
            return false;
        }

        if (value.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || value.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (!password && value.Length >= FillingLength && (Characters.Distinct(value) <= 2 || value.Contains("YOUR_", StringComparison.Ordinal)))
        {
            return false;
        }

        if (quoted)
        {
            return password || !IsSentence(value);
        }

        return !IsCall(value) && value[0] is not ('(' or '+') && !IsIndexed(value) && (join == Join.Tight || !IsName(value)) && !IsPath(value);
    }

    /// <summary>Something a program computes: <c>request.Password</c>, <c>GetToken(x)</c>.</summary>
    internal static bool IsExpression(ReadOnlySpan<char> value) => value[0] == '(' || IsCall(value) || (value.Contains('.') && IsName(value));

    private static bool IsPassword(ReadOnlySpan<char> key) =>
        key.Contains("pass", StringComparison.OrdinalIgnoreCase) || key.Contains("pwd", StringComparison.OrdinalIgnoreCase)
        || key.Contains("pw", StringComparison.OrdinalIgnoreCase) || key.Contains("pin", StringComparison.OrdinalIgnoreCase)
        || key.Contains("cv", StringComparison.OrdinalIgnoreCase) || key.Contains("otp", StringComparison.OrdinalIgnoreCase);

    /// <summary>PWD is also the shell's working directory.</summary>
    internal static bool IsWorkingDirectory(ReadOnlySpan<char> key, ReadOnlySpan<char> value) => key is "PWD" or "OLDPWD" && value.StartsWith('/');

    private static bool IsSentence(ReadOnlySpan<char> value) => value.Contains(' ') && !value.ContainsAnyInRange('0', '9');

    /// <summary>Code: <c>GetToken()</c>, <c>os.environ["X"]</c>.</summary>
    private static bool IsCall(ReadOnlySpan<char> value)
    {
        var bracket = value.IndexOfAny('(', '[');
        return bracket > 0 && !value[..bracket].ContainsAnyExcept(CharacterSets.Code);
    }

    /// <summary><c>$_POST["password"]</c>, <c>$p['config']</c>.</summary>
    private static bool IsIndexed(ReadOnlySpan<char> value) => value.TrimStart('\\') is ['$', .., '['] or ['$', .., ']'];

    /// <summary>A word, or names joined by dots: <c>request.token</c>, <c>System.Threading.CancellationToken</c>, "required".</summary>
    private static bool IsName(ReadOnlySpan<char> value)
    {
        var capitalsInside = 0;
        for (var i = 0; i < value.Length; i++)
        {
            if (!(char.IsAsciiLetter(value[i]) || value[i] is '.' or '_' or '-'))
            {
                return false;
            }

            capitalsInside += char.IsAsciiLetterUpper(value[i]) && i > 0 && char.IsAsciiLetterLower(value[i - 1]) ? 1 : 0;
        }

        return value.Contains('.') || capitalsInside * 4 < value.Length;
    }

    private static bool IsPath(ReadOnlySpan<char> value) =>
        value.Length > 1 && value[0] is '/' or '~' or '.' && value[1..].Contains('/') && !value.ContainsAnyExcept(CharacterSets.SmallPath);
}
