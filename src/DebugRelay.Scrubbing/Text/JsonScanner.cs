using System.Collections.Frozen;
using DebugRelay.Scrubbing.Detectors;

namespace DebugRelay.Scrubbing.Text;

/// <summary>
/// Walks JSON text and finds the values to mask in place: all of a value whose key says that it is secret, in other values what the detectors find.
/// JSON that is not well-formed, or too deep, is answered with false and no findings: the plain detectors decide on it.
/// </summary>
internal sealed class JsonScanner(TextScanner scanner)
{
    private static readonly string[] KeyMembers = ["key", "name", "header", "headername", "parametername", "parameter", "field", "k"];
    private static readonly string[] ValueMembers = ["value", "values", "v", "val", "headervalue", "parametervalue"];

    /// <summary>Whether the text begins as an object or a list does.</summary>
    public static bool MayBeJson(ReadOnlySpan<char> text) => SkipBlank(text, 0) is var start && start < text.Length && text[start] is '{' or '[';

    public bool TryScan(ReadOnlySpan<char> text, int depth, HitList hits)
    {
        if (!MayBeJson(text))
        {
            return false;
        }

        var start = SkipBlank(text, 0);

        var mark = hits.Count;
        var redacted = scanner.RedactedByKey.Count;
        var position = start;
        do
        {
            position = Value(new Place(text, depth, hits), position, default, 0);
            position = position < 0 ? position : SkipBlank(text, position);
        }
        while (position >= 0 && position < text.Length);

        if (position < 0)
        {
            hits.Truncate(mark);
            scanner.RedactedByKey.RemoveRange(redacted, scanner.RedactedByKey.Count - redacted);
        }

        return position >= 0;
    }

    /// <summary>Walks one value; answers the position behind it, or -1.</summary>
    private int Value(Place place, int position, Context context, int nesting)
    {
        var text = place.Text;
        if (position >= text.Length || nesting > Limits.JsonDepth)
        {
            return -1;
        }

        return text[position] switch
        {
            '{' => Object(place, position + 1, context, nesting + 1),
            '[' => Array(place, position + 1, context with { IsInArray = true }, nesting + 1),
            '"' => String(place, position + 1, context.Rule),
            _ => Literal(place, position, context.Rule),
        };
    }

    private int Object(Place place, int position, Context context, int nesting)
    {
        var text = place.Text;
        var pair = default(Pair);
        position = SkipBlank(text, position);
        if (position < text.Length && text[position] == '}')
        {
            return position + 1;
        }

        while (position < text.Length && text[position] == '"')
        {
            var keyStart = position + 1;
            var keyEnd = StringEnd(text, keyStart);
            position = keyEnd < 0 ? -1 : SkipBlank(text, keyEnd + 1);
            if (position < 0 || position >= text.Length || text[position] != ':')
            {
                return -1;
            }

            var valueStart = SkipBlank(text, position + 1);
            ScanString(place, keyStart, keyEnd);
            position = Value(place, valueStart, context.Of(text[keyStart..keyEnd], scanner.Lists), nesting);
            if (position < 0)
            {
                return -1;
            }

            pair.See(text[keyStart..keyEnd], text, valueStart, position);
            position = SkipBlank(text, position);
            if (position < text.Length && text[position] == '}')
            {
                RedactPair(place, pair, context);
                return position + 1;
            }

            position = position < text.Length && text[position] == ',' ? SkipBlank(text, position + 1) : -1;
            if (position < 0)
            {
                return -1;
            }
        }

        return -1;
    }

    private int Array(Place place, int position, Context context, int nesting)
    {
        var text = place.Text;
        position = SkipBlank(text, position);
        if (position < text.Length && text[position] == ']')
        {
            return position + 1;
        }

        while (position >= 0 && position < text.Length)
        {
            position = Value(place, position, context, nesting);
            position = position < 0 ? position : SkipBlank(text, position);
            if (position < 0 || position >= text.Length || text[position] is not (',' or ']'))
            {
                return -1;
            }

            if (text[position] == ']')
            {
                return position + 1;
            }

            position = SkipBlank(text, position + 1);
        }

        return -1;
    }

    private int String(Place place, int start, Rule? rule)
    {
        var end = StringEnd(place.Text, start);
        if (end < 0)
        {
            return -1;
        }

        if (rule is null || Placeholders.Is(place.Text[start..end]) || IsHarmless(rule, place.Text[start..end]))
        {
            ScanString(place, start, end);
        }
        else
        {
            Redact(place, start, end, rule, quoted: false);
        }

        return end + 1;
    }

    /// <summary>A number, true, false or null. Of these only numbers can be secrets.</summary>
    private int Literal(Place place, int start, Rule? rule)
    {
        var text = place.Text;
        var end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '+' or '-' or '.'))
        {
            end++;
        }

        var value = text[start..end];
        if (value is "true" or "false" or "null")
        {
            return end;
        }

        if (value.IsEmpty || !(char.IsAsciiDigit(value[^1]) && (char.IsAsciiDigit(value[0]) || value[0] == '-')))
        {
            return -1;
        }

        if (rule is not null && !IsHarmless(rule, value))
        {
            Redact(place, start, end, rule, quoted: true);
            return end;
        }

        var mark = place.Hits.Count;
        scanner.ScanText(value, place.Depth + 1, place.Hits);
        if (place.Hits.Count > mark)
        {
            place.Hits.CoverFrom(mark, start, end - start, quoted: true);
        }

        return end;
    }

    private void ScanString(Place place, int start, int end)
    {
        var mark = place.Hits.Count;
        var value = place.Text[start..end];
        var view = scanner.View(place.Depth, 1);
        if (Decoders.Escapes(value, view))
        {
            scanner.ScanView(view, place.Depth, place.Hits);
        }
        else
        {
            scanner.ScanText(value, place.Depth + 1, place.Hits);
        }

        place.Hits.ShiftFrom(mark, start);
    }

    private void Redact(Place place, int start, int end, Rule rule, bool quoted)
    {
        var value = place.Text[start..end];
        if (!scanner.IsOn(rule))
        {
            return;
        }

        place.Hits.Add(start, value.Length, rule, quoted);
        scanner.RedactedByKey.Add((value.ToString(), rule));
        var view = scanner.View(place.Depth, 1);
        if (Decoders.Escapes(value, view))
        {
            scanner.RedactedByKey.Add((view.Text.ToString(), rule));
        }
    }

    /// <summary>{"Key": "Authorization", "Value": "…"}: the first member says what the second is.</summary>
    private void RedactPair(Place place, Pair pair, Context context)
    {
        var text = place.Text;
        if (pair.ValueEnd == 0 || pair.KeyEnd == 0 || context.OfPair(text[pair.KeyStart..pair.KeyEnd], pair, scanner.Lists) is not { } rule)
        {
            return;
        }

        var isString = text[pair.ValueStart] == '"';
        var (start, end) = isString ? (pair.ValueStart + 1, pair.ValueEnd - 1) : (pair.ValueStart, pair.ValueEnd);
        if (!Placeholders.Is(text[start..end]) && !IsHarmless(rule, text[start..end]))
        {
            Redact(place, start, end, rule, quoted: !isString);
        }
    }

    /// <summary>Where only the place makes a value suspicious, and not its name, flags and small numbers stay.</summary>
    private static bool IsHarmless(Rule rule, ReadOnlySpan<char> value) => rule.Info.Kind == RuleKind.Structure && HarmlessValues.Has(value);

    /// <summary>Position of the closing quote, or -1. Control characters inside are let pass: the text need not be good JSON to be read.</summary>
    private static int StringEnd(ReadOnlySpan<char> text, int start)
    {
        var i = start;
        while (text[i..].IndexOfAny('"', '\\') is var next and >= 0)
        {
            i += next;
            if (text[i] == '"')
            {
                return i;
            }

            i += 2;
            if (i > text.Length)
            {
                return -1;
            }
        }

        return -1;
    }

    private static int SkipBlank(ReadOnlySpan<char> text, int i)
    {
        while (i < text.Length && text[i] is ' ' or '\t' or '\r' or '\n')
        {
            i++;
        }

        return i;
    }

    private readonly ref struct Place(ReadOnlySpan<char> text, int depth, HitList hits)
    {
        public ReadOnlySpan<char> Text { get; } = text;

        public int Depth { get; } = depth;

        public HitList Hits { get; } = hits;
    }

    /// <summary>What the keys above a value say about it.</summary>
    /// <param name="Rule">Masks the value whatever it holds.</param>
    /// <param name="PlaceRule">Masks the values of the next object's members, or of the next array's pairs, but for the names that are allowed.</param>
    /// <param name="IsInArray">The objects are pairs: their members are no names.</param>
    private readonly record struct Context(Rule? Rule, Rule? PlaceRule, bool IsInArray)
    {
        private static readonly FrozenDictionary<string, Rule>.AlternateLookup<ReadOnlySpan<char>> Places = new Dictionary<string, Rule>
        {
            ["headers"] = Rule.Header, ["requestheaders"] = Rule.Header, ["responseheaders"] = Rule.Header, ["httpheaders"] = Rule.Header,
            ["defaultrequestheaders"] = Rule.Header, ["trailers"] = Rule.Header, ["env"] = Rule.Environment, ["environment"] = Rule.Environment,
            ["environmentvariables"] = Rule.Environment, ["query"] = Rule.UrlQuery, ["querystring"] = Rule.UrlQuery, ["queryparameters"] = Rule.UrlQuery,
            ["queryparams"] = Rule.UrlQuery, ["sqlparameters"] = Rule.SqlLiteral, ["dbparameters"] = Rule.SqlLiteral,
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

        /// <summary>The context of the value of this key.</summary>
        public Context Of(ReadOnlySpan<char> key, AllowLists lists)
        {
            var rule = Rule ?? SecretKeys.Classify(key) ?? (key.StartsWith("@") ? Rule.SqlLiteral : null);
            rule ??= PlaceRule is { } place && !IsInArray && !Allows(place, key, lists) ? place : null;
            return new Context(rule, rule is null && Places.TryGetValue(key, out var next) ? next : null, IsInArray: false);
        }

        /// <summary>The rule of a pair's value.</summary>
        public Rule? OfPair(ReadOnlySpan<char> key, Pair pair, AllowLists lists) =>
            SecretKeys.Classify(key) ?? (((IsInArray ? PlaceRule : null) ?? pair.PlaceRule) is { } place && !Allows(place, key, lists) ? place : null);

        private static bool Allows(Rule place, ReadOnlySpan<char> name, AllowLists lists) =>
            place == Rule.Header ? lists.Headers.Has(name) : place == Rule.Environment ? lists.Variables.Has(name) : place == Rule.UrlQuery && lists.QueryKeys.Has(name);
    }

    /// <summary>The key and value members of an object, where it has them. The ends are 0 until they are seen.</summary>
    private struct Pair
    {
        public int KeyStart;
        public int KeyEnd;
        public int ValueStart;
        public int ValueEnd;

        /// <summary>What the key member's own name says: <c>headerName</c>, <c>parameterName</c>.</summary>
        public Rule? PlaceRule;

        public void See(ReadOnlySpan<char> member, ReadOnlySpan<char> text, int start, int end)
        {
            if (text[start] == '"' && IsAny(member, KeyMembers))
            {
                (KeyStart, KeyEnd) = (start + 1, end - 1);
                PlaceRule = member.StartsWith("header", StringComparison.OrdinalIgnoreCase) ? Rule.Header
                    : member.StartsWith("parameter", StringComparison.OrdinalIgnoreCase) && text[KeyStart] == '@' ? Rule.SqlLiteral : null;
            }
            else if (IsAny(member, ValueMembers))
            {
                (ValueStart, ValueEnd) = (start, end);
            }
        }

        private static bool IsAny(ReadOnlySpan<char> member, string[] names)
        {
            foreach (var name in names)
            {
                if (member.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
