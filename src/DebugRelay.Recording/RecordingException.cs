namespace DebugRelay.Recording;

/// <summary>Why a recording cannot be made or read.</summary>
public enum RecordingError
{
    /// <summary>A session's, host's, stream's or entry's name holds characters that a file name or a signed line may not.</summary>
    InvalidName,

    /// <summary>The session has a recording already.</summary>
    SessionExists,

    /// <summary>The folder cannot be made or written.</summary>
    FolderNotWritable,

    /// <summary>The agent's certificate has no private key that can sign.</summary>
    IdentityUnusable,

    /// <summary>An entry, a checkpoint or a stream could not be written: nothing more is recorded.</summary>
    WriteFailed,

    /// <summary>The recording has been closed.</summary>
    Closed,

    /// <summary>A limit of <see cref="Limits"/> is reached.</summary>
    LimitReached,

    /// <summary>The recording, or a file given with it, cannot be read or is not in its format.</summary>
    Unreadable,

    /// <summary>A reader of a stream that is kept by its hash alone was too slow: the spool has overwritten what it wants.</summary>
    Overrun,

    /// <summary>An encrypted stream does not open: it is encrypted to others, or is not what was sealed.</summary>
    CannotDecrypt,

    /// <summary>What lies in a ledger's folder is not a ledger that can be continued.</summary>
    LedgerUnusable,

    /// <summary>There is no certificate to trust, so nothing can be verified.</summary>
    NoTrustAnchor,
}

/// <summary>A recording cannot be made or read; <see cref="Error"/> names the reason.</summary>
public sealed class RecordingException : Exception
{
    /// <summary>Makes an exception without a particular reason.</summary>
    public RecordingException()
        : this("The recording failed.")
    {
    }

    /// <summary>Makes an exception without a particular reason.</summary>
    /// <param name="message">What went wrong.</param>
    public RecordingException(string message)
        : this(RecordingError.WriteFailed, message)
    {
    }

    /// <summary>Makes an exception without a particular reason.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause.</param>
    public RecordingException(string message, Exception innerException)
        : this(RecordingError.WriteFailed, message, innerException)
    {
    }

    /// <summary>Makes an exception with its reason.</summary>
    /// <param name="error">The reason.</param>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public RecordingException(RecordingError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>The reason.</summary>
    public RecordingError Error { get; }
}
