namespace DebugRelay.Scrubbing;

/// <summary>Every bound that the content of a target can push on, with its reason.</summary>
internal static class Limits
{
    /// <summary>Longest key looked at around a keyword, in characters: real keys are shorter, and it keeps a hostile field linear.</summary>
    public const int KeyLength = 128;

    /// <summary>Values at least this long are never taken for a placeholder, so that judging one stays cheap.</summary>
    public const int PlaceholderLength = 256;

    /// <summary>Deepest nesting of a JSON document that is walked; deeper ones are left to the plain detectors.</summary>
    public const int JsonDepth = 64;

    /// <summary>How many times text inside text is decoded (JSON in JSON, percent in JSON, base64 in a URL, …).</summary>
    public const int DecodeDepth = 4;

    /// <summary>Shortest base64 run that is decoded: 24 characters hold 18 bytes, less holds no secret worth the work.</summary>
    public const int Base64Run = 24;

    /// <summary>Places inside one base64 run where decoding starts again after a '/', '-' or '_' (paths joined to base64).</summary>
    public const int Base64Starts = 8;

    /// <summary>Part of a JWT's header that is decoded to find its "alg", in characters.</summary>
    public const int JwtHeader = 512;

    /// <summary>Most findings kept for one field; a field with more is masked as a whole.</summary>
    public const int Hits = 16_384;

    /// <summary>
    /// Decoded characters scanned for one field: so many times its length, and <see cref="DecodeAllowance"/>; past it the field is
    /// masked.
    /// </summary>
    public const int DecodeFactor = 16;

    /// <summary>What short fields may add to <see cref="DecodeFactor"/>, in characters.</summary>
    public const int DecodeAllowance = 4_096;

    /// <summary>Shortest value, redacted by its key, that is also looked for in the sibling fields: shorter ones are everywhere.</summary>
    public const int SiblingLength = 3;

    /// <summary>Siblings shorter than this must stand alone (no letter or digit beside them) to be replaced.</summary>
    public const int SiblingWordLength = 8;

    /// <summary>Most values of one event that are looked for in its sibling fields; an event with more has its other strings masked.</summary>
    public const int Siblings = 256;

    /// <summary>Longest text, in characters, that is remembered; 5,120 of them make 2.5 MB.</summary>
    public const int MemoText = 256;

    /// <summary>Longest text that a user's regular expression is run on at once: finding all matches may be quadratic. A match longer than half of it may be cut.</summary>
    public const int UserRuleText = 4_096;

    /// <summary>Time one user's rule has for one field; a field that takes longer is masked. Much more than a match needs, for a busy host.</summary>
    public static readonly TimeSpan UserRuleTime = TimeSpan.FromMilliseconds(250);

    /// <summary>Most providers named in a report; what comes later is counted under one name.</summary>
    public const int ReportProviders = 256;

    /// <summary>Bytes of a profile: it travels to the worker in one frame, in base64.</summary>
    public const int ProfileBytes = 40 * 1024;

    /// <summary>Nesting of a profile's JSON: the deepest that it knows is four.</summary>
    public const int ProfileDepth = 8;

    /// <summary>Field rules of a profile: each is held against each field of each event type.</summary>
    public const int ProfileRules = 400;

    /// <summary>Rules of a user's own: each costs time on each text.</summary>
    public const int ProfileUserRules = 32;

    /// <summary>Names in one allow-list.</summary>
    public const int ProfileNames = 1_000;

    /// <summary>Characters of a rule's name: it stands in every text that the rule masks.</summary>
    public const int ProfileName = 40;

    /// <summary>Characters of a glob over names of providers, events or fields.</summary>
    public const int ProfilePattern = 256;

    /// <summary>Characters of a user's regular expression, of its example, and of a provider's argument.</summary>
    public const int ProfileExpression = 4_096;

    /// <summary>Characters that a cut value may keep.</summary>
    public const int ProfileTruncate = 4_096;
}
