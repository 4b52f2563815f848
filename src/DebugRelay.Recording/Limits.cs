namespace DebugRelay.Recording;

/// <summary>Every limit of a recording, with its reason.</summary>
public static class Limits
{
    /// <summary>Bytes of one entry's JSON body. A request is at most a control frame; a reader holds one entry in memory.</summary>
    public const int MaxEntryBody = 1024 * 1024;

    /// <summary>Bytes of one line of a segment: the body and the fields around it.</summary>
    public const int MaxEntryLine = MaxEntryBody + 1024;

    /// <summary>Streams of one session: a session that never ends must not fill the folder with files.</summary>
    public const int MaxStreams = 65_536;

    /// <summary>Bytes of plaintext in one piece of an encrypted stream. A reader holds one piece.</summary>
    public const int EncryptedPiece = 64 * 1024;

    /// <summary>Reviewers to whom a stream is encrypted: its key's envelope is a small file.</summary>
    public const int MaxReviewers = 32;

    /// <summary>
    /// Bytes that the spool of a stream that is kept by its hash alone has beyond what its reader may be behind: what is written at once, and is being
    /// written meanwhile.
    /// </summary>
    public const int SpoolMargin = 1024 * 1024;

    /// <summary>
    /// How long one write or sync of a recording may take. A busy disk takes seconds; one that takes longer is as good as gone, and what it was asked to keep
    /// nobody has.
    /// </summary>
    public static readonly TimeSpan DiskPatience = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of a checkpoint: its fixed lines and one line for each stream that grew. A verifier reads it whole.</summary>
    public const int MaxCheckpoint = 16 * 1024 * 1024;

    /// <summary>Bytes of a key, a signature or a certificate chain. A verifier reads them whole.</summary>
    public const int MaxSmallFile = 64 * 1024;

    /// <summary>Characters of a session's, a host's or a stream's name: they are file names or stand in signed lines.</summary>
    public const int MaxName = 128;

    /// <summary>Characters of an entry's kind.</summary>
    public const int MaxKind = 64;

    /// <summary>Reviews of one recording: far more than there are reviewers, and a folder's listing stays short.</summary>
    public const int MaxReviews = 99;

    /// <summary>Characters of a reviewer's comment: a paragraph. More belongs into a document that the comment names.</summary>
    public const int MaxReviewComment = 4096;

    /// <summary>Bytes of a file of witnessed heads: about 800,000 of them.</summary>
    public const int MaxHeadsFile = 64 * 1024 * 1024;
}
