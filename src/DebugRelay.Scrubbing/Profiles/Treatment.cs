namespace DebugRelay.Scrubbing.Profiles;

/// <summary>What is done with a value, or with the part of it that a detector found.</summary>
internal enum ScrubAction
{
    /// <summary>It stays. The detectors still look at a field that a rule keeps.</summary>
    Keep,

    /// <summary>It goes: the event, the field's content, or the finding.</summary>
    Drop,

    /// <summary>Its rule's name in brackets, or as many stars as it had characters, stands in its place.</summary>
    Mask,

    /// <summary>A pseudonym stands in its place: the same for the same value, as long as the session lasts.</summary>
    Hash,

    /// <summary>Its first characters stay.</summary>
    Truncate,
}

/// <summary>An action with what it needs to know.</summary>
/// <param name="Action">What is done.</param>
/// <param name="IsSameLength">Mask by stars, as many as characters.</param>
/// <param name="Length">Characters that <see cref="ScrubAction.Truncate"/> leaves.</param>
internal sealed record Treatment(ScrubAction Action, bool IsSameLength = false, int Length = 0)
{
    public static readonly Treatment Keep = new(ScrubAction.Keep);
    public static readonly Treatment Mask = new(ScrubAction.Mask);

    /// <summary>What a field's text is cut to: all of it unless it is truncated, and never half of a surrogate pair.</summary>
    public ReadOnlySpan<char> Cut(ReadOnlySpan<char> text)
    {
        if (Action != ScrubAction.Truncate || text.Length <= Length)
        {
            return text;
        }

        return text[..(Length > 0 && char.IsHighSurrogate(text[Length - 1]) ? Length - 1 : Length)];
    }

    public override string ToString() => Action switch
    {
        ScrubAction.Mask when IsSameLength => "mask (same length)",
        ScrubAction.Truncate => $"truncate to {Length}",
        _ => Action.ToString().ToLowerInvariant(),
    };
}
