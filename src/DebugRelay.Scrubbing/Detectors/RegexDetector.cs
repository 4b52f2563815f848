using System.Text.RegularExpressions;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// A rule of a user's own: a regular expression without backtracking, so that one match is linear in the text. All matches of a hostile text may
/// still be quadratic: texts longer than <see cref="Limits.UserRuleText"/> are looked at in overlapping windows, and what takes longer than
/// <see cref="Limits.UserRuleTime"/> for one field fails, which masks the field.
/// </summary>
/// <remarks>Where the pattern has a group named <c>secret</c>, only this part is masked.</remarks>
internal sealed class RegexDetector : Detector
{
    private const string SecretGroup = "secret";
    private readonly Regex _regex;
    private readonly string[] _keywords;
    private readonly bool _hasGroup;
    private readonly TimeProvider _time;

    /// <param name="rule">Made with <see cref="Rule.OfUser"/>.</param>
    /// <param name="pattern">A pattern that .NET's engine without backtracking can run: no lookaround, no back references.</param>
    /// <param name="keywords">Words of three characters or more, in any case, of which a text must hold one; none: every text is searched.</param>
    /// <param name="canary">A text that holds a made-up secret, and this secret.</param>
    /// <param name="time">Measures the time that a field takes.</param>
    /// <exception cref="ArgumentException">The pattern is no pattern, or cannot run without backtracking, or matches the empty text.</exception>
    public RegexDetector(Rule rule, string pattern, IReadOnlyList<string> keywords, Canary canary, TimeProvider? time = null)
    {
        Rule = rule;
        Canary = canary;
        _keywords = [.. keywords];
        _time = time ?? TimeProvider.System;
        try
        {
            _regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Limits.UserRuleTime);
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException($"the pattern of the rule '{rule.Name}' needs backtracking: {e.Message}", nameof(pattern), e);
        }

        _regex.Count(canary.Text);   // The engine is compiled now, and not on the time of the first field.
        if (_regex.IsMatch(""))
        {
            throw new ArgumentException($"the pattern of the rule '{rule.Name}' matches the empty text", nameof(pattern));
        }

        _hasGroup = _regex.GetGroupNames().Contains(SecretGroup);
    }

    public override Rule Rule { get; }

    public override Anchors Anchor => _keywords.Length == 0 ? Anchors.Always : Anchors.Keyword;

    public override IEnumerable<string> Literals => _keywords;

    public override Canary Canary { get; }

    /// <exception cref="ScanLimitException">The rule took more time than one field may have.</exception>
    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var start = _time.GetTimestamp();
        for (var from = 0; from < text.Length; from += Limits.UserRuleText / 2)
        {
            var window = text[from..Math.Min(text.Length, from + Limits.UserRuleText)];
            FindIn(window, from, start, hits);
            if (from + window.Length == text.Length)
            {
                return;
            }
        }
    }

    private void FindIn(ReadOnlySpan<char> window, int offset, long start, HitList hits)
    {
        foreach (var match in _regex.EnumerateMatches(window))
        {
            if (match.Length > 0)
            {
                var (index, length) = _hasGroup ? Group(window.Slice(match.Index, match.Length)) : (0, match.Length);
                hits.Add(offset + match.Index + index, length, Rule);
            }

            if (_time.GetElapsedTime(start) > Limits.UserRuleTime)
            {
                throw new ScanLimitException("a user's rule took too long");
            }
        }
    }

    /// <summary>Matches of spans tell no groups: the matched part alone is matched again. Where the group is empty, all of it counts.</summary>
    private (int Index, int Length) Group(ReadOnlySpan<char> matched)
    {
        var group = _regex.Match(matched.ToString()).Groups[SecretGroup];
        return group.Success && group.Length > 0 ? (group.Index, group.Length) : (0, matched.Length);
    }
}
