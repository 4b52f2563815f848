namespace DebugRelay.NetTrace;

/// <summary>In what way an input broke the format.</summary>
public enum NetTraceError
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>The first bytes are not those of a nettrace stream.</summary>
    NotNetTrace,

    /// <summary>A version of the stream, or of one of its objects, that is not known here.</summary>
    UnsupportedVersion,

    /// <summary>A tag byte other than the one that must stand there.</summary>
    UnexpectedTag,

    /// <summary>An object of an unknown name, a second Trace object, or a first object that is not Trace.</summary>
    UnexpectedObject,

    /// <summary>A size or a number over its limit.</summary>
    TooLarge,

    /// <summary>A block whose header does not fit it.</summary>
    BadBlockHeader,

    /// <summary>An event that does not fit its block.</summary>
    BadEvent,

    /// <summary>A metadata definition that cannot be read, or that defines an id anew.</summary>
    BadMetadata,

    /// <summary>A block of stacks, threads, labels or sequence points whose parts do not fill it exactly.</summary>
    BadBlock,
}
