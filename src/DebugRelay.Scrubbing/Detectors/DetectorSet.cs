using System.Buffers;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// The active detectors and the searches that decide which of them run on a text. Rare literals, single characters and keywords are searched apart:
/// a search with a common word among its literals is slow.
/// </summary>
internal sealed class DetectorSet
{
    /// <summary>All detectors there are.</summary>
    public static readonly Detector[] All =
    [
        new PrivateKeyDetector(), new JwtDetector(), new VendorTokenDetector(), new AwsAccessKeyIdDetector(), new AwsSecretKeyDetector(),
        new UrlCredentialsDetector(), new ConnectionStringDetector(), new BasicAuthDetector(), new BearerDetector(), new CreditCardDetector(),
        new IbanDetector(), new EmailDetector(), new GenericSecretDetector(),
    ];

    private readonly SearchValues<string> _rare;
    private readonly SearchValues<string> _keywords;
    private readonly Anchors _used;

    public DetectorSet(IEnumerable<Detector> detectors)
    {
        Detectors = [.. detectors];
        _rare = Literals(Anchors.RareLiteral, StringComparison.Ordinal);
        _keywords = Literals(Anchors.Keyword, StringComparison.OrdinalIgnoreCase);
        foreach (var detector in Detectors)
        {
            _used |= detector.Anchor;
        }
    }

    public Detector[] Detectors { get; }

    public bool IsEmpty => Detectors.Length == 0;

    /// <summary>The anchors, among the wanted ones, that the text holds.</summary>
    public Anchors AnchorsIn(ReadOnlySpan<char> text, Anchors wanted)
    {
        wanted &= _used;
        var found = Anchors.None;
        found |= (wanted & Anchors.RareLiteral) != 0 && text.ContainsAny(_rare) ? Anchors.RareLiteral : 0;
        found |= (wanted & Anchors.Keyword) != 0 && text.ContainsAny(_keywords) ? Anchors.Keyword : 0;
        found |= (wanted & Anchors.At) != 0 && text.Contains('@') ? Anchors.At : 0;
        found |= (wanted & Anchors.Scheme) != 0 && text.IndexOf("://") >= 0 ? Anchors.Scheme : 0;
        found |= (wanted & Anchors.Digit) != 0 && text.ContainsAnyInRange('0', '9') ? Anchors.Digit : 0;
        return found;
    }

    private SearchValues<string> Literals(Anchors anchor, StringComparison comparison) =>
        SearchValues.Create([.. Detectors.Where(d => d.Anchor == anchor).SelectMany(d => d.Literals)], comparison);
}
