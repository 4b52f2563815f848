using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// Literals in SQL statements: strings and numbers; the shape of the statement stays. Also the values of parameters as they are logged
/// (<c>@p0='…'</c>), and those that databases write into their messages (<c>Key (email)=(…)</c>).
/// </summary>
internal sealed class SqlLiteralDetector : Detector
{
    /// <summary>A statement's first words; "select" in prose goes on otherwise.</summary>
    private static readonly string[] Starts = ["select ", "insert into ", "update ", "delete from ", "merge into ", "exec ", "execute ", "call ", "values (", "select\n", "select\r"];

    /// <summary>What stands before a value in messages and logs, up to the quote or bracket that opens the value.</summary>
    private static readonly string[] Openings =
    [
        ")=(", "duplicate key value is (", "duplicate entry '", "varchar value '", "nvarchar value '", "char value '", "truncated value: '", "parameters=[",
        "input syntax for type ", "invalid input value for enum ",
    ];

    private static readonly LiteralSearch Search = new([.. Starts, .. Openings], ignoreCase: true);
    private static readonly LiteralSearch StartSearch = new(Starts, ignoreCase: true);

    public override Rule Rule => Rule.SqlLiteral;

    public override Anchors Anchor => Anchors.Keyword;

    public override IEnumerable<string> Literals => [.. Starts, .. Openings];

    public override Canary Canary => new("SELECT id FROM customers WHERE name = 'canarybird'", "canarybird");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        var known = default(Known);
        while ((i = Search.Next(text, i)) >= 0)
        {
            i = StartSearch.Next(text[i..Math.Min(text.Length, i + 16)], 0) == 0 ? FindStatement(text, i, ref known, hits) : FindOpened(text, i, hits);
        }
    }

    private int FindStatement(ReadOnlySpan<char> text, int start, ref Known known, HitList hits)
    {
        ref var noneBefore = ref char.IsAsciiLetterUpper(text[start]) ? ref known.NoneBeforeCapital : ref known.NoneBeforeSmall;
        if (start < noneBefore || (start > 0 && (char.IsLetterOrDigit(text[start - 1]) || text[start - 1] is '_' or '.' or '-')))
        {
            return start + 4;
        }

        known.End = known.End > start ? known.End : start + SqlTokens.StatementLength(text[start..]);
        var end = known.End;
        if (!SqlTokens.IsStatement(text[start..end]))
        {
            noneBefore = end;
            return start + 4;
        }

        var tokens = new SqlTokens(text[..end], start);
        while (tokens.NextLiteral(out var from, out var length))
        {
            hits.Add(from, length, Rule);
        }

        return end;
    }

    private int FindOpened(ReadOnlySpan<char> text, int i, HitList hits)
    {
        var opening = OpeningAt(text[i..]);
        var start = i + opening.Length;
        if (opening[0] == 'p')
        {
            return FindParameters(text, start, hits);
        }

        if (opening == ")=(" && !text[Math.Max(0, i - Limits.KeyLength)..i].Contains("key (", StringComparison.OrdinalIgnoreCase))
        {
            return start;
        }

        // PostgreSQL: invalid input syntax for type integer: "abc".
        var isQuoted = opening[^1] == ' ';
        var quote = isQuoted ? text[start..Math.Min(text.Length, start + Limits.KeyLength)].IndexOf(": \"") : 0;
        if (quote < 0)
        {
            return start;
        }

        start += isQuoted ? quote + 3 : 0;
        var end = text[start..].IndexOf(isQuoted ? '"' : opening[^1] == '(' ? ')' : '\'');
        end = end < 0 ? text.Length : start + end;
        if (end > start)
        {
            hits.Add(start, end - start, Rule);
        }

        return end;
    }

    private static string OpeningAt(ReadOnlySpan<char> text)
    {
        foreach (var opening in Openings)
        {
            if (text.StartsWith(opening, StringComparison.OrdinalIgnoreCase))
            {
                return opening;
            }
        }

        return Openings[0];
    }

    /// <summary><c>Parameters=[@p0='x' (Size = 4000), @p1='?']</c>: what stands in quotes, up to the closing bracket.</summary>
    private int FindParameters(ReadOnlySpan<char> text, int i, HitList hits)
    {
        while (i < text.Length && text[i] is not (']' or '\r' or '\n'))
        {
            var isValue = text[i] == '\'' && text[i - 1] is '=' or ' ';
            var end = isValue ? SqlTokens.StringEnd(text, i + 1, '\'') : i + 1;
            if (isValue && end - 1 > i + 1 && text[i + 1] != '?')
            {
                hits.Add(i + 1, end - i - 2, Rule);
            }

            i = end;
        }

        return i;
    }

    /// <summary>What is known of the text ahead, so that a field full of first words stays linear.</summary>
    private struct Known
    {
        public int End;
        public int NoneBeforeCapital;
        public int NoneBeforeSmall;
    }
}
