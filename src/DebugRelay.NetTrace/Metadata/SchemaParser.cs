namespace DebugRelay.NetTrace;

/// <summary>Reads the field lists of V4 metadata in their two dialects. Anything odd gives null: a schema that is not known.</summary>
internal ref struct SchemaParser
{
    private int _fieldsLeft = NetTraceLimits.MaxFields;

    private SchemaParser(bool isV2) => IsV2 = isV2;

    private bool IsV2 { get; }

    /// <summary>The list that stands in every definition: types before names, no arrays.</summary>
    public static FieldSchema[]? ReadV1(ref ByteReader reader) => new SchemaParser(isV2: false).ReadFields(ref reader, 0);

    /// <summary>The list in a V2Params tag: sized entries, names before types, arrays allowed.</summary>
    public static FieldSchema[]? ReadV2(ref ByteReader reader) => new SchemaParser(isV2: true).ReadFields(ref reader, 0);

    private FieldSchema[]? ReadFields(ref ByteReader reader, int depth)
    {
        var count = reader.U32();
        if (reader.Failed || depth > NetTraceLimits.MaxDepth || count > (uint)_fieldsLeft) return null;
        _fieldsLeft -= (int)count;
        var fields = new FieldSchema[count];
        for (var i = 0; i < fields.Length; i++)
        {
            var field = IsV2 ? ReadSizedField(ref reader, depth) : ReadField(ref reader, depth);
            if (field is null || reader.Failed) return null;
            fields[i] = field;
        }
        return fields;
    }

    private FieldSchema? ReadField(ref ByteReader reader, int depth)
    {
        var type = ReadType(ref reader, depth);
        return type is null ? null : new FieldSchema(reader.Text16(NetTraceLimits.MaxMetadataName), type);
    }

    private FieldSchema? ReadSizedField(ref ByteReader reader, int depth)
    {
        var size = reader.U32();
        if (size < sizeof(uint)) return null;
        var entry = new ByteReader(reader.Bytes(size - sizeof(uint)));
        var name = entry.Text16(NetTraceLimits.MaxMetadataName);
        var type = ReadType(ref entry, depth);
        return type is null || entry.Failed || entry.Left > 0 ? null : new FieldSchema(name, type);
    }

    private TypeSchema? ReadType(ref ByteReader reader, int depth)
    {
        if (depth > NetTraceLimits.MaxDepth) return null;
        var code = (FieldType)reader.U32();
        switch (code)
        {
            case FieldType.Object:
                var fields = ReadFields(ref reader, depth + 1);
                return fields is null ? null : new TypeSchema(code, Fields: fields);
            case FieldType.Array:
                var element = IsV2 ? ReadType(ref reader, depth + 1) : null;
                return element is null ? null : new TypeSchema(code, Element: element);
            default:
                return code is FieldType.Boolean or (>= FieldType.Char and <= FieldType.Text) ? new TypeSchema(code) : null;
        }
    }
}
