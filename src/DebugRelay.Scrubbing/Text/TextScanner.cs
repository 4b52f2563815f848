using DebugRelay.Scrubbing.Detectors;

namespace DebugRelay.Scrubbing.Text;

/// <summary>
/// Finds what the detectors find in a text and in what is written inside it: JSON, percent-encoding, escapes, base64, look-alike characters.
/// Findings lie at the offsets of the text itself. Not for concurrent use; allocates nothing once its buffers have grown.
/// </summary>
internal sealed class TextScanner
{
    private const int ShortestSecret = 5;

    private readonly DetectorSet _detectors;
    private readonly JsonScanner _json;
    private readonly KnownTexts _known = new();
    private readonly DecodedView?[] _views = new DecodedView?[(Limits.DecodeDepth + 2) * 2];
    private long _budget;

    public TextScanner(DetectorSet detectors)
    {
        _detectors = detectors;
        _json = new JsonScanner(this);
    }

    /// <summary>Values that were masked because of their key, as they read when decoded. The caller clears it.</summary>
    public List<(string Value, Rule Rule)> RedactedByKey { get; } = [];

    /// <summary>Adds the findings, in order and not overlapping.</summary>
    /// <exception cref="ScanLimitException">The text asks for more work than its length allows.</exception>
    public void Scan(ReadOnlySpan<char> text, TextKind kind, HitList hits)
    {
        if (_detectors.IsEmpty || text.Length < ShortestSecret)
        {
            return;
        }

        var signs = SignsOf(text, kind);
        var exact = default(KnownTexts.Place);
        if (signs.IsNothing || (hits.Count == 0 && _known.IsClean(text, kind, out exact)))
        {
            return;
        }

        hits.Rules = _detectors;
        if (kind == TextKind.Name)
        {
            _detectors.Run(signs.Detectors, text, hits);
        }
        else
        {
            _budget = ((long)text.Length * Limits.DecodeFactor) + Limits.DecodeAllowance;
            Spend(text.Length);
            ScanText(text, signs, 0, hits);
        }

        if (hits.Count == 0 && !exact.IsNone)
        {
            _known.AddClean(text, kind, exact);
        }

        hits.Merge();
    }

    /// <summary>Whether the text is known to hold nothing.</summary>
    public bool IsClean(ReadOnlySpan<char> text, TextKind kind) =>
        text.Length < ShortestSecret || (_known.TryGet(text, kind, out _, out var signs) && signs.IsNothing) || _known.IsClean(text, kind, out _);

    private Signs SignsOf(ReadOnlySpan<char> text, TextKind kind)
    {
        if (!_known.TryGet(text, kind, out var place, out var signs))
        {
            signs = kind == TextKind.Name ? _detectors.LookAtName(text) : _detectors.Look(text);
            if (_known.IsSecond(place))
            {
                Note(text, kind, place, signs);
            }
        }

        return signs;
    }

    private void Note(ReadOnlySpan<char> text, TextKind kind, KnownTexts.Place place, Signs signs)
    {
        Span<char> digitless = stackalloc char[Limits.MemoText];
        digitless = digitless[..text.Length];
        KnownTexts.WithoutDigits(text, digitless);
        if (_detectors.IsForAnyDigits(digitless))
        {
            _known.Add(digitless, kind, place, signs);
        }
    }

    /// <summary>Names whose values are kept.</summary>
    public AllowLists Lists => _detectors.Lists;

    /// <summary>Whether findings of this rule are made.</summary>
    public bool IsOn(Rule rule) => _detectors.IsOn(rule);

    /// <summary>A view for the work at one depth; the two of a depth are not in use together with themselves.</summary>
    public DecodedView View(int depth, int which) => _views[(depth * 2) + which] ??= new DecodedView();

    /// <summary>Scans a text that lies inside another. Nothing is decoded past <see cref="Limits.DecodeDepth"/>.</summary>
    public void ScanText(ReadOnlySpan<char> text, int depth, HitList hits)
    {
        if (text.Length < ShortestSecret)
        {
            return;
        }

        Spend(text.Length);
        ScanText(text, _detectors.Look(text), depth, hits);
    }

    private void ScanText(ReadOnlySpan<char> text, Signs signs, int depth, HitList hits)
    {
        if (depth > Limits.DecodeDepth)
        {
            _detectors.Run(signs.Detectors, text, hits);
            return;
        }

        if (signs.IsNothing)
        {
            return;
        }

        var hidden = signs.Characters & CharacterKinds.Hiding;
        var view = View(depth, 0);
        if ((hidden & CharacterKinds.NotAscii) != 0 && Decoders.Lookalikes(text, view))
        {
            ScanView(view, depth, hits);
        }
        else if (!_json.TryScan(text, depth, hits))
        {
            _detectors.Run(signs.Detectors, text, hits);
            ScanEncoded(text, signs, hidden, view, depth, hits);
        }
    }

    public void ScanView(DecodedView view, int depth, HitList hits)
    {
        var mark = hits.Count;
        ScanText(view.Text, depth + 1, hits);
        hits.MapFrom(mark, view.Offsets);
    }

    private void ScanEncoded(ReadOnlySpan<char> text, Signs signs, CharacterKinds hidden, DecodedView view, int depth, HitList hits)
    {
        if ((hidden & CharacterKinds.Percent) != 0 && Decoders.Percent(text, view))
        {
            ScanView(view, depth, hits);
        }

        if ((hidden & CharacterKinds.Backslash) != 0 && Decoders.Escapes(text, view))
        {
            ScanView(view, depth, hits);
        }

        if (signs.HasMore)
        {
            ScanBase64(text, view, depth, hits);
        }
    }

    private void ScanBase64(ReadOnlySpan<char> text, DecodedView view, int depth, HitList hits)
    {
        var from = 0;
        while (Base64Runs.TryFind(text, from, out var start, out var end))
        {
            var mark = hits.Count;
            ScanRun(text[start..end], view, depth, hits);
            if (hits.Count > mark)
            {
                hits.CoverFrom(mark, start, Base64Runs.SkipPadding(text, end) - start);
            }

            from = end;
        }
    }

    /// <summary>A run that is not base64 from its first character on may be a path that ends in base64.</summary>
    private void ScanRun(ReadOnlySpan<char> run, DecodedView view, int depth, HitList hits)
    {
        var mark = hits.Count;
        for (var left = Limits.Base64Starts; left > 0; left--)
        {
            var isText = Base64Runs.Decode(run, view);
            ScanText(view.Text, depth + 1, hits);
            if (isText || hits.Count > mark)
            {
                return;
            }

            var next = run.IndexOfAny('/', '-', '_');
            while (next >= 0 && !Base64Runs.BeginsWithText(run[(next + 1)..]) && left > 0)
            {
                run = run[(next + 1)..];
                next = run.IndexOfAny('/', '-', '_');
                left--;
            }

            run = next < 0 ? [] : run[(next + 1)..];
            if (run.Length < Limits.Base64Run)
            {
                return;
            }
        }
    }

    private void Spend(int length)
    {
        _budget -= length;
        if (_budget < 0)
        {
            throw new ScanLimitException("too much text inside text");
        }
    }
}
