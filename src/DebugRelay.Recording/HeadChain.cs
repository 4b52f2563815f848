namespace DebugRelay.Recording;

/// <summary>
/// Follows the heads of one recording as they are made, for the witness who is shown them: each must follow from the one before. Who signs the end has seen
/// that it does.
/// </summary>
/// <param name="host">The host that is to record.</param>
/// <param name="session">The session.</param>
public sealed class HeadChain(string host, string session)
{
    private string _previous = Checkpoint.NoPrevious;
    private int _next;

    /// <summary>Whether a head did not follow: nothing of this recording is to be signed.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Takes the next head.</summary>
    /// <param name="index">The segment's number, as it was said.</param>
    /// <param name="checkpoint">The checkpoint's exact bytes.</param>
    /// <returns>The end, where this is the final one and all before it followed; else null.</returns>
    public SessionEnd? Follow(int index, ReadOnlySpan<byte> checkpoint)
    {
        var parsed = Checkpoint.Parse(checkpoint);
        IsBroken |= parsed is null || index != _next || parsed.Index != _next || parsed.Host != host || parsed.Session != session || parsed.PreviousSha256 != _previous;
        _previous = Digest.Hex(checkpoint);
        _next++;
        return !IsBroken && parsed!.IsFinal ? new SessionEnd(host, session, index, _previous) : null;
    }
}
