namespace DebugRelay.NetTrace;

/// <summary>A field as metadata defines it.</summary>
internal sealed record FieldSchema(string Name, TypeSchema Type);

/// <summary>A type as metadata defines it: an object has fields, an array an element, and one of fixed length a length.</summary>
internal sealed record TypeSchema(FieldType Code, FieldSchema[]? Fields = null, TypeSchema? Element = null, int Length = 0);
