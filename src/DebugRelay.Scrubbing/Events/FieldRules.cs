using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Events;

/// <summary>What is counted where no rule of a profile and no detector decided.</summary>
internal static class FieldRules
{
    /// <summary>Text that no rule names, under a profile that masks it.</summary>
    public static readonly Rule Unlisted = Rule.OfUser("unlisted", lowEntropy: false);

    /// <summary>A byte array.</summary>
    public static readonly Rule Bytes = Rule.OfUser("bytes", lowEntropy: false);

    /// <summary>A number.</summary>
    public static readonly Rule Number = Rule.OfUser("number", lowEntropy: false);

    /// <summary>A value that a rule would give a pseudonym, and in which a detector finds something that can be guessed.</summary>
    public static readonly Rule Guessable = Rule.OfUser("guessable", lowEntropy: true);

    /// <summary>An event of a provider named Private.*.</summary>
    public const string PrivateProvider = "private-provider";

    /// <summary>An event that could not be read exactly.</summary>
    public const string UnreadEvent = "unread-event";

    /// <summary>An event over the cap on its size.</summary>
    public const string OversizeEvent = "oversize-event";
}
