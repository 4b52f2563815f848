using System.Collections.Frozen;
using DebugRelay.Scrubbing.Detectors;
using DebugRelay.Scrubbing.Events;
using DebugRelay.Scrubbing.Profiles;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing;

/// <summary>
/// Masks secrets in text: each finding is replaced by its rule's name in brackets, <c>[email]</c>, or by what the profile has for the rule. Text in
/// which nothing is found is not copied.
/// A text on which the engine fails is masked as a whole, <c>[unscannable]</c>, and counted. Not for concurrent use.
/// </summary>
public sealed class TextScrubber : IDisposable
{
    private readonly string _profile;
    private readonly DetectorSet _detectors;
    private readonly Replacements _replacements;
    private readonly TextScanner _scanner;
    private readonly HitList _hits = new();
    private readonly ScrubTally _tally = new();
    private readonly TextBuffer _output = new();

    /// <summary>A scrubber with the profile's detectors.</summary>
    /// <param name="profile">What to look for and what to do with it.</param>
    /// <param name="key">The session's key for pseudonyms; one of its own where none is given.</param>
    public TextScrubber(ScrubProfile profile, PseudonymKey? key = null)
        : this(profile.Name, profile.Detectors, profile.Treatments, key)
    {
    }

    internal TextScrubber(string profile, DetectorSet detectors, FrozenDictionary<Rule, Treatment>? treatments = null, PseudonymKey? key = null)
    {
        _profile = profile;
        _detectors = detectors;
        _scanner = new TextScanner(detectors);
        _replacements = new Replacements(treatments ?? FrozenDictionary<Rule, Treatment>.Empty, key ?? new PseudonymKey());
    }

    /// <summary>Names whose values are kept.</summary>
    internal AllowLists Lists => _detectors.Lists;

    /// <summary>Values masked because of their key since the last <see cref="ForgetRedacted"/>.</summary>
    internal IReadOnlyList<(string Value, Rule Rule)> RedactedByKey => _scanner.RedactedByKey;

    /// <summary>The text with its findings masked; the same string where there are none.</summary>
    /// <param name="text">Any text: a log line, an exception's message, JSON.</param>
    /// <param name="source">Where the findings are counted in the report.</param>
    public string Scrub(string text, string source = "text")
    {
        ForgetRedacted();
        return TryScrub(text, TextKind.Free, source, out var scrubbed) ? scrubbed.ToString() : text;
    }

    /// <summary>The counts so far.</summary>
    public ScrubReport Report() => _tally.Report(_profile, SafeName);

    /// <inheritdoc/>
    public void Dispose() => _replacements.Dispose();

    /// <summary>What stands in the place of a value as a whole, by its rule. It is counted. Valid until the next call.</summary>
    internal ReadOnlySpan<char> ReplaceAll(ReadOnlySpan<char> value, Rule rule, string source)
    {
        _tally.Count(source, rule.Name);
        _output.Clear();
        _replacements.Write(rule, value, _output);
        return _output.Written;
    }

    /// <summary>What is left of a text that a field keeps: searched, and cut, as its judgement says. False where it stays as it is.</summary>
    internal bool TryKeep(ReadOnlySpan<char> text, FieldJudgement judgement, string source, out ReadOnlySpan<char> kept)
    {
        var scrubbed = text;
        var isChanged = judgement.IsSearched && TryScrub(text, judgement.TextKind, source, out scrubbed);
        kept = judgement.Treatment.Cut(isChanged ? scrubbed : text);
        if (kept.Length == (isChanged ? scrubbed : text).Length)
        {
            return isChanged;
        }

        Count(source, judgement.Rule.Name);
        return true;
    }

    /// <summary>Whether the rule would give the value a pseudonym, and a detector finds something in it that can be guessed.</summary>
    internal bool IsGuessable(ReadOnlySpan<char> value, Rule rule)
    {
        if (!_replacements.IsHashed(rule))
        {
            return false;
        }

        var values = _scanner.RedactedByKey.Count;
        var isScanned = TryFind(value, TextKind.Free);
        _scanner.RedactedByKey.RemoveRange(values, _scanner.RedactedByKey.Count - values);
        for (var i = 0; isScanned && i < _hits.Count; i++)
        {
            isScanned = !_hits[i].Rule.Info.IsLowEntropy;
        }

        return !isScanned;
    }

    /// <summary>Answers whether anything was masked. <paramref name="scrubbed"/> is valid until the next call.</summary>
    internal bool TryScrub(ReadOnlySpan<char> text, TextKind kind, string source, out ReadOnlySpan<char> scrubbed)
    {
        scrubbed = default;
        if (!TryFind(text, kind))
        {
            return MaskAll(source, out scrubbed);
        }

        if (_hits.Count == 0)
        {
            return false;
        }

        CountFrom(0, source);
        scrubbed = Rewrite(text);
        return true;
    }

    /// <summary>As <see cref="TryScrub"/>, and masks the values of the event that were redacted by their key. Only these are counted.</summary>
    internal bool TryScrubSibling(ReadOnlySpan<char> text, TextKind kind, string source, out ReadOnlySpan<char> scrubbed)
    {
        scrubbed = default;
        var values = _scanner.RedactedByKey.Count;
        if (!TryFind(text, kind))
        {
            return MaskAll(source, out scrubbed);
        }

        var mark = _hits.Count;
        var found = FindSiblings(text, values);
        _scanner.RedactedByKey.RemoveRange(values, _scanner.RedactedByKey.Count - values);
        if (!found)
        {
            return MaskAll(source, out scrubbed);
        }

        if (_hits.Count == mark)
        {
            return false;
        }

        CountFrom(mark, source);
        _hits.Merge();
        scrubbed = Rewrite(text);
        return true;
    }

    /// <summary>Whether nothing is looked for at all.</summary>
    internal bool IsEmpty => _detectors.IsEmpty;

    /// <summary>Whether findings of this rule are made.</summary>
    internal bool IsOn(Rule rule) => _detectors.IsOn(rule);

    internal void NoteRedacted(ReadOnlySpan<char> value, Rule rule) => _scanner.RedactedByKey.Add((value.ToString(), rule));

    internal void ForgetRedacted() => _scanner.RedactedByKey.Clear();

    /// <summary>How often the rule was counted so far, whatever the source.</summary>
    internal long CountOf(Rule rule) => _tally.CountOf(rule.Name);

    internal void Count(string source, string rule) => _tally.Count(source, rule);

    /// <summary>False where the engine failed. Whatever it was, the field must not pass: so every exception counts as one.</summary>
    private bool TryFind(ReadOnlySpan<char> text, TextKind kind)
    {
        _hits.Clear();
        try
        {
            _scanner.Scan(text, kind, _hits);
            if (kind == TextKind.CommandLine)
            {
                CommandLineScrubber.Find(text, Lists.Arguments, _hits);
                _hits.Merge();
            }

            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return false;
        }
    }

    private bool FindSiblings(ReadOnlySpan<char> text, int values)
    {
        try
        {
            if (values > Limits.Siblings)
            {
                return false;
            }

            var own = _hits.Count;
            for (var i = 0; i < values; i++)
            {
                Siblings.Find(text, _scanner.RedactedByKey[i].Value, _scanner.RedactedByKey[i].Rule, _hits, own);
            }

            return true;
        }
        catch (ScanLimitException)
        {
            return false;
        }
    }

    private bool MaskAll(string source, out ReadOnlySpan<char> scrubbed)
    {
        _tally.Count(source, Rule.Unscannable.Name);
        scrubbed = Rule.Unscannable.Mask;
        return true;
    }

    private void CountFrom(int mark, string source)
    {
        for (var i = mark; i < _hits.Count; i++)
        {
            _tally.Count(source, _hits[i].Rule.Name);
        }
    }

    private ReadOnlySpan<char> Rewrite(ReadOnlySpan<char> text)
    {
        _output.Clear();
        var copied = 0;
        for (var i = 0; i < _hits.Count; i++)
        {
            var hit = _hits[i];
            _output.Write(text[copied..hit.Start]);
            if (hit.Quoted)
            {
                _output.Write("\"");
            }

            _replacements.Write(hit.Rule, text[hit.Start..hit.End], _output);
            if (hit.Quoted)
            {
                _output.Write("\"");
            }

            copied = hit.End;
        }

        _output.Write(text[copied..]);
        return _output.Written;
    }

    /// <summary>A provider's name comes from the target as well: what it hides must not get out through the report.</summary>
    private string SafeName(string name)
    {
        _hits.Clear();
        return !TryFind(name, TextKind.Free) ? Rule.Unscannable.Mask : _hits.Count == 0 ? name : Rewrite(name).ToString();
    }
}
