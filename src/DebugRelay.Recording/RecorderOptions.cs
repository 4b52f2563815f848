namespace DebugRelay.Recording;

/// <summary>How a session is recorded.</summary>
public sealed class RecorderOptions
{
    /// <summary>How long a segment may stay without a checkpoint; empty periods are sealed too. Five seconds unless told.</summary>
    public TimeSpan SegmentInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Shared by a host's recorders: so many of them seal a segment at once because its time has come; null: all. Sealing waits for the disk on a thread of the
    /// pool, and with hundreds of sessions all threads would. Nobody holds a turn for longer than a seal.
    /// </summary>
    public SemaphoreSlim? SealingTurns { get; init; }

    /// <summary>The folder of what is on its way of streams that are kept by their hash alone; null: there can be none of these.</summary>
    public string? SpoolFolder { get; init; }

    /// <summary>How many bytes the reader of such a stream may be behind. 64 MiB unless told.</summary>
    public long SpoolBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Called for each checkpoint once it is on disk, in order, so that it can leave the host. It must hand the checkpoint on and return
    /// (it delays the next entry); if it throws, the recorder has failed.
    /// </summary>
    public Action<SealedCheckpoint>? CheckpointSealed { get; init; }

    /// <summary>Sees every change to the folder, in the order made: tests replay it up to any byte.</summary>
    internal Action<FolderChange>? FolderChanged { get; init; }
}

/// <summary>A checkpoint that is on disk, with its signature.</summary>
/// <param name="Session">The session.</param>
/// <param name="Index">The segment's number, from 0.</param>
/// <param name="Bytes">The exact bytes of <c>NNNN.checkpoint</c>.</param>
/// <param name="Signature">The bytes of <c>NNNN.sig</c>.</param>
/// <param name="Head">The checkpoint's SHA-256 in lower-case hex.</param>
/// <param name="IsFinal">Whether it ends the recording.</param>
public sealed record SealedCheckpoint(
    string Session, int Index, ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> Signature, string Head, bool IsFinal)
{
    /// <summary>Whether the segment holds nothing: no entry, and no byte of a stream.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>The line that a witness keeps and a verifier reads, without its line end: <c>session index sha256</c>.</summary>
    public string HeadLine => FormattableString.Invariant($"{Session} {Index} {Head}");
}
