namespace DebugRelay.NetTrace;

/// <summary>A visited value: where it stands in its payload, and what it is to become.</summary>
internal struct FieldValue
{
    private const uint Utf8Texts = (1u << (int)LayoutOp.Text8) | (1u << (int)LayoutOp.Chars8) | (1u << (int)LayoutOp.FixedChars8);
    private const uint Texts = Utf8Texts | (1u << (int)LayoutOp.Text) | (1u << (int)LayoutOp.Chars) | (1u << (int)LayoutOp.FixedChars);

    public LayoutOp Form;
    public bool IsReplaced;
    public bool IsDecoded;
    public int Field;

    /// <summary>Where its bytes start in the payload, without a count before them.</summary>
    public int Start;

    /// <summary>How many bytes they are, without a terminator.</summary>
    public int Length;

    /// <summary>Its new text, in the editor's characters.</summary>
    public int TextStart;
    public int TextLength;

    /// <summary>Its old text where that had to be decoded, in the editor's characters.</summary>
    public int DecodedStart;
    public int DecodedLength;

    public readonly bool IsText => Is(Texts);

    public readonly bool IsUtf8 => Is(Utf8Texts);

    /// <summary>Whether a 16-bit count stands before it.</summary>
    public readonly bool HasCount => Form is LayoutOp.Chars or LayoutOp.Chars8;

    /// <summary>Whether a terminator stands behind it.</summary>
    public readonly bool HasTerminator => Form is LayoutOp.Text or LayoutOp.Text8;

    /// <summary>Whether it is text that must keep its length.</summary>
    public readonly bool IsFixedText => Form is LayoutOp.FixedChars or LayoutOp.FixedChars8;

    /// <summary>Whether its new text may take another number of bytes.</summary>
    public readonly bool IsResized => IsReplaced && IsText && !IsFixedText;

    private readonly bool Is(uint forms) => ((forms >> (int)Form) & 1) != 0;
}
