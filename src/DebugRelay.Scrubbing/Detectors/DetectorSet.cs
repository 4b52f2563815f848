using System.Numerics;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>What one look at a text tells: the detectors worth running, and the encodings worth undoing.</summary>
/// <param name="Detectors">One bit for each detector of the set.</param>
/// <param name="Characters">Kinds of characters that the text holds.</param>
/// <param name="HasMore">Whether it may be JSON, or a run of base64 is in it that is worth decoding.</param>
internal readonly record struct Signs(ulong Detectors, CharacterKinds Characters, bool HasMore)
{
    /// <summary>Whether nothing asks for a closer look.</summary>
    public bool IsNothing => Detectors == 0 && !HasMore && (Characters & CharacterKinds.Hiding) == 0;
}

/// <summary>Kinds of characters that say what may be hidden in a text.</summary>
[Flags]
internal enum CharacterKinds
{
    None = 0,
    At = 1,
    LineEnd = 2,
    Percent = 4,
    Backslash = 8,
    NotAscii = 16,
    Plus = 256,
    Question = 512,
    Equals = 1024,

    /// <summary>Those under which text may be written otherwise than it reads.</summary>
    Hiding = Percent | Backslash | NotAscii,
}

/// <summary>The active detectors, and the single pass over a text that decides which of them run on it.</summary>
internal sealed class DetectorSet
{
    /// <summary>Of the three dots of an address, those that follow another one.</summary>
    private const int DotsOfQuad = 2;

    /// <summary>Of the shortest form that has so many groups: six, with a dotted quad behind.</summary>
    private const int ColonsOfAddress = 6;

    /// <summary>Fewer digits are neither a phone number nor an account number.</summary>
    private const int MinDigits = 8;

    /// <summary>Fewer digits are no card number.</summary>
    private const int MinCardDigits = 13;

    /// <summary>Detectors that have a bit of their own in <see cref="Signs"/>; the last bit stands for all that come after.</summary>
    private const int Bits = 64;

    // What the literals without digits are looked for in.
    private const ulong AnyText = 1, LinesOnly = 2;

    private readonly LiteralSearch _literals;
    private readonly LiteralSearch _namesLiterals;
    private readonly LiteralSearch _digitless;
    private readonly ulong _always;
    private readonly ulong _inLines;
    private readonly bool[]? _isOn;
    private readonly ulong[] _byAnchors;

    /// <summary>A set in which every rule is on.</summary>
    public DetectorSet(IEnumerable<Detector> detectors)
        : this([.. detectors], null)
    {
    }

    public DetectorSet(Detector[] detectors, Rule[]? rules, AllowLists? lists = null)
    {
        Detectors = detectors;
        Lists = lists ?? AllowLists.Default;
        Rules = rules ?? [.. detectors.Select(d => d.Rule).Distinct()];
        _isOn = rules is null ? null : new bool[rules.Append(Rule.Unscannable).Max(r => r.Id) + 1];
        foreach (var rule in rules ?? [])
        {
            _isOn![rule.Id] = true;
        }

        _literals = new LiteralSearch(LiteralsOf(_ => true));
        _namesLiterals = new LiteralSearch(LiteralsOf(d => d.IsInNames));
        _digitless = new LiteralSearch(DigitlessOf(d => !d.IsInLines, AnyText).Concat(DigitlessOf(d => d.IsInLines, LinesOnly)));
        _always = With(Anchors.Always);
        // The last bit stands for several.
        _inLines = With(d => d.IsInLines) & ~Bit(Bits - 1);
        InNames = With(d => d.IsInNames);
        if (Detectors.Any(d => d.IsInNames && d.Anchor is not (Anchors.RareLiteral or Anchors.Scheme)))
        {
            throw new ArgumentException("What looks at names must be anchored by a literal, or by '://' and '@'.", nameof(detectors));
        }

        _byAnchors = ByAnchors();
    }

    public Detector[] Detectors { get; }

    /// <summary>Names whose values are kept.</summary>
    public AllowLists Lists { get; }

    /// <summary>The rules that are on.</summary>
    public IReadOnlyList<Rule> Rules { get; }

    public bool IsEmpty => Detectors.Length == 0;

    /// <summary>Whether findings of this rule are made: a detector may make findings of several rules.</summary>
    public bool IsOn(Rule rule) => _isOn is null || (rule.Id < _isOn.Length && _isOn[rule.Id]);

    /// <summary>The bits of the detectors that look at names.</summary>
    public ulong InNames { get; }

    /// <summary>Runs the detectors of these bits.</summary>
    public void Run(ulong wanted, ReadOnlySpan<char> text, HitList hits)
    {
        for (; wanted != 0; wanted &= wanted - 1)
        {
            var i = BitOperations.TrailingZeroCount(wanted);
            Detectors[i].Find(text, hits);
            for (i++; i >= Bits && i < Detectors.Length; i++)
            {
                Detectors[i].Find(text, hits);
            }
        }
    }

    public Signs Look(ReadOnlySpan<char> text)
    {
        var census = CharacterCensus.Take(text);
        var detectors = _always | _literals.TagsIn(text) | WithSigns(text, census);
        return new Signs(Has(census.Kinds, CharacterKinds.LineEnd) ? detectors : detectors & ~_inLines, census.Kinds, census.HasBase64 || JsonScanner.MayBeJson(text));
    }

    /// <summary>
    /// The signs of a name. Only the detectors that look at names count, and a name is not decoded: what it is written in does not.
    /// </summary>
    public Signs LookAtName(ReadOnlySpan<char> text)
    {
        var detectors = _always | _namesLiterals.TagsIn(text);
        detectors |= text.Contains('@') ? WithSigns(text, CharacterCensus.Take(text)) : 0;
        return new Signs(detectors & InNames, CharacterKinds.None, false);
    }

    /// <summary>
    /// Whether no text that differs from this one in the values of digits alone holds a literal that this one does not hold.
    /// <paramref name="digitless"/> is the text with all digits made 0.
    /// </summary>
    public bool IsForAnyDigits(ReadOnlySpan<char> digitless) =>
        (_digitless.TagsIn(digitless) & (digitless.ContainsAny('\r', '\n') ? AnyText | LinesOnly : AnyText)) == 0;

    /// <summary>The most digits in a row with nothing between them but single blanks, dots and dashes.</summary>
    private static int MostDigits(ReadOnlySpan<char> text)
    {
        int digits = 0, most = 0, last = 0;
        for (var i = text.IndexOfAnyInRange('0', '9'); i >= 0; i = NextDigit(text, i + 1))
        {
            var isNext = i == last + 1 || (i == last + 2 && text[i - 1] is ' ' or '-' or '.');
            digits = isNext ? digits + 1 : 1;
            most = Math.Max(most, digits);
            last = i;
        }

        return most;
    }

    private static int NextDigit(ReadOnlySpan<char> text, int from)
    {
        if (from < text.Length && char.IsAsciiDigit(text[from]))
        {
            return from;
        }

        var next = text[from..].IndexOfAnyInRange('0', '9');
        return next < 0 ? -1 : from + next;
    }

    /// <summary>The detectors that the kinds of characters call for.</summary>
    private ulong WithSigns(ReadOnlySpan<char> text, in CharacterCensus census)
    {
        var kinds = census.Kinds;
        var anchors = census.HasAccount && census.Digits >= MinDigits ? Anchors.Account : Anchors.None;
        var mayBeCard = census.Digits >= MinCardDigits && (Has(kinds, CharacterKinds.NotAscii) || MostDigits(text) >= MinCardDigits);
        anchors |= mayBeCard ? Anchors.Digit : Anchors.None;
        anchors |= census.Digits >= MinDigits && Has(kinds, CharacterKinds.Plus) ? Anchors.Plus : Anchors.None;
        anchors |= census.DotsInQuads >= DotsOfQuad ? Anchors.Dotted : Anchors.None;
        anchors |= Has(kinds, CharacterKinds.At) ? Anchors.At : Anchors.None;
        anchors |= census.HasScheme && Has(kinds, CharacterKinds.At) ? Anchors.Scheme : Anchors.None;
        anchors |= Has(kinds, CharacterKinds.Question | CharacterKinds.Equals) ? Anchors.Query : Anchors.None;
        anchors |= census.HasGap || census.Colons >= ColonsOfAddress ? Anchors.Colons : Anchors.None;
        anchors |= census.ColonsInHex >= 5 || census.DashesInHex >= 4 || census.DotsInHex >= 2 ? Anchors.Pairs : Anchors.None;
        return anchors == Anchors.None ? 0 : _byAnchors[(int)anchors];
    }

    private IEnumerable<Literal> LiteralsOf(Func<Detector, bool> isWanted) => Detectors.SelectMany((d, i) =>
        isWanted(d) ? d.Literals.Select(l => new Literal(l, Bit(i), d.Anchor == Anchors.Keyword)) : []);

    /// <summary>The literals that have a digit in them, with 0 for each digit.</summary>
    private IEnumerable<Literal> DigitlessOf(Func<Detector, bool> isWanted, ulong tag) =>
        LiteralsOf(isWanted).Where(l => l.Text.Any(char.IsAsciiDigit)).Select(l => new Literal(KnownTexts.WithoutDigits(l.Text), tag, l.IgnoreCase)).Distinct();

    private static bool Has(CharacterKinds kinds, CharacterKinds wanted) => (kinds & wanted) == wanted;

    /// <summary>The detectors that any of these anchors calls for, for each set of anchors.</summary>
    private ulong[] ByAnchors()
    {
        var byAnchors = new ulong[(int)Anchors.Account * 2];
        for (var anchors = 1; anchors < byAnchors.Length; anchors++)
        {
            var lowest = anchors & -anchors;
            // There are thousands of sets, and each worker makes this at its start: a set is put together from two that are there.
            byAnchors[anchors] = anchors == lowest ? With((Anchors)anchors) : byAnchors[anchors - lowest] | byAnchors[lowest];
        }

        return byAnchors;
    }

    private ulong With(Anchors anchors) => With(d => (d.Anchor & anchors) != 0);

    private ulong With(Func<Detector, bool> isWanted) =>
        Enumerable.Range(0, Detectors.Length).Where(i => isWanted(Detectors[i])).Aggregate(0UL, (bits, i) => bits | Bit(i));

    private static ulong Bit(int detector) => 1UL << Math.Min(detector, Bits - 1);
}
