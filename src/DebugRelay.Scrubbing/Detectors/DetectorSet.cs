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

    /// <summary>May stand between the digits of one number.</summary>
    InNumber = 32,
}

/// <summary>The active detectors, and the single pass over a text that decides which of them run on it.</summary>
internal sealed class DetectorSet
{
    /// <summary>Fewer digits, with nothing but letters, blanks, dots and dashes between, hold neither a card number nor an account number.</summary>
    private const int MinDigits = 8;

    /// <summary>Detectors that have a bit of their own in <see cref="Signs"/>; the last bit stands for all that come after.</summary>
    private const int Bits = 64;

    private readonly LiteralSearch _literals;
    private readonly ulong _always;
    private readonly bool[]? _isOn;
    private readonly CharacterKinds[] _kinds = new CharacterKinds[128];

    /// <summary>A set in which every rule is on.</summary>
    public DetectorSet(IEnumerable<Detector> detectors)
        : this([.. detectors], null)
    {
    }

    public DetectorSet(Detector[] detectors, Rule[]? rules)
    {
        Detectors = detectors;
        Rules = rules ?? [.. detectors.Select(d => d.Rule).Distinct()];
        _isOn = rules is null ? null : new bool[rules.Append(Rule.Unscannable).Max(r => r.Id) + 1];
        foreach (var rule in rules ?? [])
        {
            _isOn![rule.Id] = true;
        }

        _literals = new LiteralSearch(Detectors.SelectMany((d, i) => d.Literals.Select(l => new Literal(l, Bit(i), d.Anchor == Anchors.Keyword))));
        _always = With(Anchors.Always);
        foreach (var c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz -.")
        {
            _kinds[c] = CharacterKinds.InNumber;
        }

        _kinds['@'] = CharacterKinds.At;
        _kinds[':'] = CharacterKinds.Colon;
        _kinds['%'] = CharacterKinds.Percent;
        _kinds['\\'] = CharacterKinds.Backslash;
    }

    public Detector[] Detectors { get; }

    /// <summary>The rules that are on.</summary>
    public IReadOnlyList<Rule> Rules { get; }

    public bool IsEmpty => Detectors.Length == 0;

    /// <summary>Whether findings of this rule are made: a detector may make findings of several rules.</summary>
    public bool IsOn(Rule rule) => _isOn is null || (rule.Id < _isOn.Length && _isOn[rule.Id]);

    /// <summary>The bits of the detectors with one of these anchors.</summary>
    public ulong With(Anchors anchors)
    {
        ulong mask = 0;
        for (var i = 0; i < Detectors.Length; i++)
        {
            mask |= (Detectors[i].Anchor & anchors) != 0 ? Bit(i) : 0;
        }

        return mask;
    }

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
        uint window = 0;
        var tags = _always;
        var kinds = CharacterKinds.None;
        int digits = 0, most = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var kind = c < _kinds.Length ? _kinds[c] : CharacterKinds.NotAscii;
            kinds |= kind;
            digits = char.IsAsciiDigit(c) ? digits + 1 : (kind & (CharacterKinds.InNumber | CharacterKinds.NotAscii)) != 0 ? digits : 0;
            most = Math.Max(most, digits);
            window = LiteralSearch.Shift(window, c);
            if (_literals.MayHit(window))
            {
                tags |= _literals.Verify(text, i, window, out _);
            }
        }

        tags |= most >= MinDigits ? With(Anchors.Digit) : 0;
        tags |= (kinds & CharacterKinds.At) != 0 ? With(Anchors.At) : 0;
        tags |= (kinds & (CharacterKinds.Colon | CharacterKinds.At)) == (CharacterKinds.Colon | CharacterKinds.At) ? With(Anchors.Scheme) : 0;
        return new Signs(tags, kinds);
    }

    private static ulong Bit(int detector) => 1UL << Math.Min(detector, Bits - 1);
}
