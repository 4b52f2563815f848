namespace DebugRelay.NetTrace;

/// <summary>How metadata names the type of a field.</summary>
internal enum FieldType
{
    Object = 1,
    Boolean = 3,
    Char = 4,
    SByte = 5,
    Byte = 6,
    Int16 = 7,
    UInt16 = 8,
    Int32 = 9,
    UInt32 = 10,
    Int64 = 11,
    UInt64 = 12,
    Single = 13,
    Double = 14,

    /// <summary>The runtime writes an 8-byte double for it.</summary>
    Decimal = 15,

    /// <summary>The runtime writes an 8-byte FILETIME for it.</summary>
    DateTime = 16,
    Guid = 17,
    Text = 18,

    /// <summary>Elements after a 16-bit count.</summary>
    Array = 19,

    // The rest are V6's.
    VarInt = 20,
    VarUInt = 21,
    FixedArray = 22,
    Utf8 = 23,

    /// <summary>An array behind the other values, its place counted from behind the field.</summary>
    RelLoc = 24,

    /// <summary>An array behind the other values, its place counted from the payload's start.</summary>
    DataLoc = 25,
    Bool8 = 26,
}
