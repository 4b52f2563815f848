namespace DebugRelay.Scrubbing.Detectors;

/// <summary>A small tokeniser of SQL that knows strings, numbers, quoted names and comments of the common dialects, and no more.</summary>
internal ref struct SqlTokens(ReadOnlySpan<char> text, int start)
{
    /// <summary>A longer text is a dump of data, or no statement.</summary>
    private const int LongestStatement = 65_536;

    private static readonly string[] Second = [" from ", " into ", " set ", " values", " where ", "@@", "\nfrom ", "\nset ", "\rfrom ", "\rset ", " union ", " case ", " next value "];
    private static readonly string[] Types = ["char", "varchar", "nchar", "nvarchar", "decimal", "numeric", "datetime2", "time", "float", "bit", "varbinary", "binary", "number"];
    private static readonly string[] CountWords = ["limit", "offset", "top", "fetch", "first", "next", "by", "interval"];

    private readonly ReadOnlySpan<char> _text = text;
    private int _i = start;
    private bool _afterOperator;
    private Range _word;

    /// <summary>Where a statement ends: at a semicolon, at an empty line, or at the end of the text.</summary>
    public static int StatementLength(ReadOnlySpan<char> text)
    {
        text = text[..Math.Min(text.Length, LongestStatement)];
        var i = 0;
        while (text[i..].IndexOfAny(";'\n") is var next and >= 0)
        {
            i += next;
            if (text[i] == '\'')
            {
                i = StringEnd(text, i + 1, '\'');
            }
            else if (text[i] == ';' || IsEmptyLine(text, i + 1))
            {
                return i;
            }
            else
            {
                i++;
            }
        }

        return text.Length;
    }

    /// <summary>Whether what begins with a statement's first word goes on as one. Prose does not write it in capitals, nor goes on with signs.</summary>
    public static bool IsStatement(ReadOnlySpan<char> text)
    {
        var first = text[..text.IndexOfAny(" \r\n(")];
        var isCapital = !first.ContainsAnyInRange('a', 'z');
        if (first.Equals("exec", StringComparison.OrdinalIgnoreCase) || first.Equals("execute", StringComparison.OrdinalIgnoreCase) || first.Equals("call", StringComparison.OrdinalIgnoreCase))
        {
            return isCapital || text.Contains('@');
        }

        if (first.Equals("select", StringComparison.OrdinalIgnoreCase) && isCapital && text.Length > 7 && text[7] is '\'' or '@' or '(' or (>= '0' and <= '9') or '-')
        {
            return true;
        }

        foreach (var word in Second)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return isCapital || text.ContainsAny('=', '*', '@') || text.Contains("values", StringComparison.OrdinalIgnoreCase) || text.Contains("where", StringComparison.OrdinalIgnoreCase);
            }
        }

        return first.Equals("values", StringComparison.OrdinalIgnoreCase) && isCapital;
    }

    /// <summary>Behind the closing quote; two quotes stand for one. Without a closing quote, the end of the text.</summary>
    public static int StringEnd(ReadOnlySpan<char> text, int i, char quote)
    {
        while (i < text.Length && text[i..].IndexOf(quote) is var next and >= 0)
        {
            i += next + 1;
            if (i == text.Length || text[i] != quote)
            {
                return i;
            }

            i++;
        }

        return text.Length;
    }

    /// <summary>The next literal's characters, without its quotes.</summary>
    public bool NextLiteral(out int start, out int length)
    {
        (start, length) = (0, 0);
        while (_i < _text.Length)
        {
            var c = _text[_i];
            if (c == '\'' || (c == '"' && _afterOperator))
            {
                start = _i + 1;
                _i = StringEnd(_text, start, c);
                length = _i - start - (_i > start && _text[_i - 1] == c ? 1 : 0);
                _afterOperator = false;
                if (length > 0)
                {
                    return true;
                }
            }
            else if (char.IsAsciiDigit(c))
            {
                start = _i;
                _i = NumberEnd();
                length = _i - start;
                if (!IsShape(start, length))
                {
                    return true;
                }
            }
            else
            {
                Skip(c);
            }
        }

        return false;
    }

    private static bool IsEmptyLine(ReadOnlySpan<char> text, int i)
    {
        while (i < text.Length && text[i] is ' ' or '\t' or '\r')
        {
            i++;
        }

        return i < text.Length && text[i] == '\n';
    }

    private readonly int NumberEnd()
    {
        var i = _i;
        while (i < _text.Length && (char.IsAsciiLetterOrDigit(_text[i]) || (_text[i] == '.' && i + 1 < _text.Length && char.IsAsciiDigit(_text[i + 1]))))
        {
            i++;
        }

        return i;
    }

    /// <summary>0 and 1, counts of rows, and lengths of types belong to the statement's shape.</summary>
    private readonly bool IsShape(int start, int length)
    {
        var word = _text[_word];
        return length == 1 && _text[start] is '0' or '1' || IsAny(word, CountWords) || IsAny(word, Types);
    }

    /// <summary>Names, quoted names, parameters, comments and signs.</summary>
    private void Skip(char c)
    {
        var rest = _text[_i..];
        if (char.IsLetter(c) || c is '_' or '@' or ':' or '$' or '#')
        {
            var start = _i++;
            while (_i < _text.Length && (char.IsLetterOrDigit(_text[_i]) || _text[_i] is '_' or '$' or '#' or '@'))
            {
                _i++;
            }

            _word = start..(_i);
            _afterOperator = _text[start.._i].Equals("like", StringComparison.OrdinalIgnoreCase);
        }
        else if (c is '[' or '`' or '"' && rest[1..].IndexOf(c == '[' ? ']' : c) is var length and >= 0)
        {
            _i += length + 2;
            _afterOperator = false;
        }
        else if (rest.StartsWith("--") || rest.StartsWith("/*"))
        {
            var end = rest.IndexOf(c == '-' ? "\n" : "*/");
            _i = end < 0 ? _text.Length : _i + end + 1;
        }
        else
        {
            // A count stays one behind a bracket; behind a comma a type's second length.
            _word = c is ' ' or '(' or ',' or '\t' or '\r' or '\n' ? _word : default;
            _word = c == ',' && !IsAny(_text[_word], Types) ? default : _word;
            _word = c == ')' ? default : _word;
            _afterOperator = c is '=' or '<' or '>' || (_afterOperator && c is ' ' or '(');
            _i++;
        }
    }

    private static bool IsAny(ReadOnlySpan<char> word, string[] words)
    {
        foreach (var one in words)
        {
            if (word.Equals(one, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
