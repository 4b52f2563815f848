using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>What must be in a text before a detector is worth running; asked once for all detectors that share it.</summary>
[Flags]
internal enum Anchors
{
    None = 0,

    /// <summary>A literal that ordinary text does not hold: a token's prefix, a PEM header.</summary>
    RareLiteral = 1,

    /// <summary>A keyword of any case, such as "password".</summary>
    Keyword = 2,

    /// <summary>An at sign.</summary>
    At = 4,

    /// <summary>"://" and an at sign.</summary>
    Scheme = 8,

    /// <summary>As many decimal digits as a card number has, with single signs between them.</summary>
    Digit = 16,

    /// <summary>Nothing: it runs on every text.</summary>
    Always = 32,

    /// <summary>Three dots with digits on both sides.</summary>
    Dotted = 64,

    /// <summary>Two colons together, or six of them.</summary>
    Colons = 128,

    /// <summary>Groups of hexadecimal digits with signs between: two dots, four dashes or five colons.</summary>
    Pairs = 256,

    /// <summary>A question mark and an equals sign.</summary>
    Query = 512,

    /// <summary>A plus sign, and several digits.</summary>
    Plus = 1024,

    /// <summary>A word that begins with two letters and two digits, and several digits in all.</summary>
    Account = 2048,
}

/// <summary>Finds one kind of secret. Stateless; work is linear in the length of the text.</summary>
internal abstract class Detector
{
    public abstract Rule Rule { get; }

    public abstract Anchors Anchor { get; }

    /// <summary>The detector's rare literals or keywords, where its anchor is one of these.</summary>
    public virtual IEnumerable<string> Literals => [];

    /// <summary>Whether it also looks at names of types, methods and modules: it must not find anything that can be part of one.</summary>
    public virtual bool IsInNames => false;

    /// <summary>Whether it finds nothing in a text of one line.</summary>
    public virtual bool IsInLines => false;

    /// <summary>A made-up secret, and a text that holds it.</summary>
    public abstract Canary Canary { get; }

    /// <summary>Adds what it finds. Findings may overlap with those of other detectors.</summary>
    public abstract void Find(ReadOnlySpan<char> text, HitList hits);
}

/// <summary>A made-up secret in a text. Of the secret nothing may be left when the text is scrubbed.</summary>
internal readonly record struct Canary(string Text, string Secret);
