namespace DebugRelay.NetTrace;

/// <summary>Reads the field lists of V6 metadata. Anything odd gives null: a schema that is not known.</summary>
internal ref struct SchemaParserV6
{
    private int _fieldsLeft = NetTraceLimits.MaxFields;

    public SchemaParserV6()
    {
    }

    public static FieldSchema[]? Read(ref ByteReader reader) => new SchemaParserV6().ReadFields(ref reader, 0);

    private FieldSchema[]? ReadFields(ref ByteReader reader, int depth)
    {
        var count = reader.U16();
        if (reader.Failed || depth > NetTraceLimits.MaxDepth || count > _fieldsLeft) return null;
        _fieldsLeft -= count;
        var fields = new FieldSchema[count];
        for (var i = 0; i < fields.Length; i++)
        {
            var entry = new ByteReader(reader.Bytes(reader.U16()));
            var name = entry.Text8(NetTraceLimits.MaxMetadataName);
            var type = ReadType(ref entry, depth);
            if (type is null || entry.Failed || entry.Left > 0 || reader.Failed) return null;
            fields[i] = new FieldSchema(name, type);
        }
        return fields;
    }

    private TypeSchema? ReadType(ref ByteReader reader, int depth)
    {
        if (depth > NetTraceLimits.MaxDepth) return null;
        var code = (FieldType)reader.U8();
        switch (code)
        {
            case FieldType.Object:
                var fields = ReadFields(ref reader, depth + 1);
                return fields is null ? null : new TypeSchema(code, Fields: fields);
            case FieldType.Array or FieldType.RelLoc or FieldType.DataLoc:
                var element = ReadType(ref reader, depth + 1);
                return element is null ? null : new TypeSchema(code, Element: element);
            case FieldType.FixedArray:
                var item = ReadType(ref reader, depth + 1);
                return item is null ? null : new TypeSchema(code, Element: item, Length: reader.U16());
            case FieldType.Decimal:
                return null;
            default:
                return code is FieldType.Boolean or (>= FieldType.Char and <= FieldType.Bool8) ? new TypeSchema(code) : null;
        }
    }
}
