namespace DebugRelay.Scrubbing.Detectors;

/// <summary>What one look at a text tells: the detectors worth running, and the encodings worth undoing.</summary>
/// <param name="Detectors">One bit for each detector of the set.</param>
/// <param name="Characters">Kinds of characters that the text holds.</param>
internal readonly record struct Signs(uint Detectors, CharacterKinds Characters);

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

    /// <summary>All detectors there are.</summary>
    public static readonly Detector[] All =
    [
        new PrivateKeyDetector(), new JwtDetector(), new VendorTokenDetector(), new AwsAccessKeyIdDetector(), new AwsSecretKeyDetector(),
        new UrlCredentialsDetector(), new ConnectionStringDetector(), new BasicAuthDetector(), new BearerDetector(), new CreditCardDetector(),
        new IbanDetector(), new EmailDetector(), new GenericSecretDetector(), new NamedTokenDetector(), new AzureClientSecretDetector(),
    ];

    private readonly LiteralSearch _literals;
    private readonly CharacterKinds[] _kinds = new CharacterKinds[128];

    public DetectorSet(IEnumerable<Detector> detectors)
    {
        Detectors = [.. detectors];
        _literals = new LiteralSearch(Detectors.SelectMany((d, i) => d.Literals.Select(l => new Literal(l, 1u << i, d.Anchor == Anchors.Keyword))));
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

    public bool IsEmpty => Detectors.Length == 0;

    /// <summary>The bits of the detectors with one of these anchors.</summary>
    public uint With(Anchors anchors)
    {
        uint mask = 0;
        for (var i = 0; i < Detectors.Length; i++)
        {
            mask |= (Detectors[i].Anchor & anchors) != 0 ? 1u << i : 0;
        }

        return mask;
    }

    public Signs Look(ReadOnlySpan<char> text)
    {
        uint window = 0, tags = 0;
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
}
