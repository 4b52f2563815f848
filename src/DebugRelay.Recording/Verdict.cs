namespace DebugRelay.Recording;

/// <summary>What verification found.</summary>
public enum VerdictStatus
{
    /// <summary>Complete and unchanged, as far as the trust anchors and the witnessed heads tell.</summary>
    Ok,

    /// <summary>Unchanged as far as it goes, but without its end: a crash, or the tail was removed.</summary>
    Incomplete,

    /// <summary>Not there any more: retention deleted it, says the ledger.</summary>
    Deleted,

    /// <summary>Something was changed, swapped, dropped, added, or signed by someone else.</summary>
    Tampered,
}

/// <summary>The verdict on a recording. What is not <see cref="VerdictStatus.Ok"/> counts what was verified before the reason was found.</summary>
/// <param name="Status">The verdict.</param>
/// <param name="Reason">Why, in a few words; empty when all is well.</param>
/// <param name="Session">The session, as the checkpoints state it; null if none could be read.</param>
/// <param name="Host">The host, as the checkpoints state it; null if none could be read.</param>
/// <param name="Segments">How many segments are sealed.</param>
/// <param name="Entries">How many entries are sealed.</param>
/// <param name="Streams">How many streams are sealed, whole or in part.</param>
/// <param name="HeadsWitnessed">How many of the witnessed heads are this recording's.</param>
/// <param name="Ledgers">The ledgers that it was held against: <c>agent</c>, <c>broker</c>; null or empty where it was judged by itself.</param>
public sealed record Verdict(
    VerdictStatus Status, string Reason, string? Session, string? Host, int Segments, long Entries, int Streams, int HeadsWitnessed,
    IReadOnlyList<string>? Ledgers = null)
{
    /// <summary>Whether the engineer's client has signed the end.</summary>
    public bool Countersigned { get; init; }

    /// <summary>The line that the command and the shell script print: its first word is OK, INCOMPLETE or TAMPERED.</summary>
    /// <returns>The line, without its end.</returns>
    public override string ToString() => Status switch
    {
        VerdictStatus.Ok => FormattableString.Invariant(
            $"OK session {Session} on {Host}: {Segments} segments, {Entries} entries, {Streams} streams, {HeadsWitnessed} heads witnessed") + (Countersigned ? ", end countersigned" : "") + Agreement(),
        VerdictStatus.Incomplete => $"INCOMPLETE {Reason}",
        VerdictStatus.Deleted => $"DELETED {Reason}",
        _ => $"TAMPERED {Reason}",
    };

    private string Agreement() => Ledgers switch
    {
        null or [] => "",
        [var one] => $", the {one}'s ledger agrees",
        _ => ", both ledgers agree",
    };
}

/// <summary>What a recording is checked against beside its signatures.</summary>
public sealed class VerifyOptions
{
    /// <summary>Checkpoints that left the host as they were made; those of other sessions are passed over.</summary>
    public IReadOnlyList<WitnessedHead> Heads { get; init; } = [];

    /// <summary>The host's ledgers; null where the recording is judged by itself.</summary>
    public HostLedgers? Ledgers { get; init; }
}
