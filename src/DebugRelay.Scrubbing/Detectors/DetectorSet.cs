using System.Numerics;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>What one look at a text tells: the detectors worth running, and the encodings worth undoing.</summary>
/// <param name="Detectors">One bit for each detector of the set.</param>
/// <param name="Characters">Kinds of characters that the text holds.</param>
internal readonly record struct Signs(ulong Detectors, CharacterKinds Characters);

/// <summary>Kinds of characters that say what may be hidden in a text.</summary>
[Flags]
internal enum CharacterKinds
{
    None = 0,
    At = 1,
    Colon = 2,
    Percent = 4,
    Backslash = 8,
    NotAscii = 16,

    Dot = 64,
    Dash = 128,
    Plus = 256,
    Question = 512,
    Equals = 1024,
}

/// <summary>The active detectors, and the single pass over a text that decides which of them run on it.</summary>
internal sealed class DetectorSet
{
    /// <summary>An address has four digits at least.</summary>
    private const int MinDottedDigits = 4;

    private const int DotsOfAddress = 3;

    /// <summary>Fewer digits, with nothing but letters, blanks, dots and dashes between, hold neither a card number nor an account number.</summary>
    private const int MinDigits = 8;

    /// <summary>Detectors that have a bit of their own in <see cref="Signs"/>; the last bit stands for all that come after.</summary>
    private const int Bits = 64;

    private readonly LiteralSearch _literals;
    private readonly ulong _always;
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

        _literals = new LiteralSearch(Detectors.SelectMany((d, i) => d.Literals.Select(l => new Literal(l, Bit(i), d.Anchor == Anchors.Keyword))));
        _always = With(Anchors.Always);
        InNames = With(d => d.IsInNames);
        _byAnchors = [.. Enumerable.Range(0, (int)Anchors.Plus * 2).Select(anchors => With((Anchors)anchors))];
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
        var kinds = CharacterCensus.Take(text, out var digits);
        return new Signs(_always | _literals.TagsIn(text) | WithSigns(text, kinds, digits), kinds);
    }

    /// <summary>The most digits with nothing between them but what may stand in a number.</summary>
    private static int MostDigits(ReadOnlySpan<char> text)
    {
        int digits = 0, most = 0;
        for (var i = text.IndexOfAnyInRange('0', '9'); i >= 0 && i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                most = Math.Max(most, ++digits);
            }
            else if (!MayStandInNumber(text[i]))
            {
                digits = 0;
                var next = text[i..].IndexOfAnyInRange('0', '9');
                if (next < 0)
                {
                    break;
                }

                i += next - 1;
            }
        }

        return most;
    }

    private static bool MayStandInNumber(char c) => char.IsAsciiLetter(c) || c is ' ' or '-' or '.' or '(' or ')' or >= (char)128;

    /// <summary>The detectors that the kinds of characters call for.</summary>
    private ulong WithSigns(ReadOnlySpan<char> text, CharacterKinds kinds, int digits)
    {
        // A run of digits is never more than all of them.
        var anchors = digits >= MinDigits && MostDigits(text) >= MinDigits ? Anchors.Digit : Anchors.None;
        anchors |= anchors != Anchors.None && Has(kinds, CharacterKinds.Plus) ? Anchors.Plus : Anchors.None;
        anchors |= digits >= MinDottedDigits && Has(kinds, CharacterKinds.Dot) && text.Count('.') >= DotsOfAddress ? Anchors.Dotted : Anchors.None;
        anchors |= Has(kinds, CharacterKinds.At) ? Anchors.At : Anchors.None;
        anchors |= Has(kinds, CharacterKinds.At | CharacterKinds.Colon) ? Anchors.Scheme : Anchors.None;
        anchors |= Has(kinds, CharacterKinds.Question | CharacterKinds.Equals) ? Anchors.Query : Anchors.None;
        var colons = Has(kinds, CharacterKinds.Colon) ? text.Count(':') : 0;
        anchors |= colons >= 2 ? Anchors.Colons : Anchors.None;
        var isPaired = colons >= 5 || (Has(kinds, CharacterKinds.Dash) && text.Count('-') >= 4) || (Has(kinds, CharacterKinds.Dot) && text.Count('.') >= 2);
        anchors |= isPaired ? Anchors.Pairs : Anchors.None;
        return anchors == Anchors.None ? 0 : _byAnchors[(int)anchors];
    }

    private static bool Has(CharacterKinds kinds, CharacterKinds wanted) => (kinds & wanted) == wanted;

    private ulong With(Anchors anchors) => With(d => (d.Anchor & anchors) != 0);

    private ulong With(Func<Detector, bool> isWanted) =>
        Enumerable.Range(0, Detectors.Length).Where(i => isWanted(Detectors[i])).Aggregate(0UL, (bits, i) => bits | Bit(i));

    private static ulong Bit(int detector) => 1UL << Math.Min(detector, Bits - 1);
}
