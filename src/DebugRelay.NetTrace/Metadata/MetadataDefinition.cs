namespace DebugRelay.NetTrace;

/// <summary>
/// One definition of an event type. <see cref="Fields"/> is null where they could not be read; <see cref="FieldsAt"/> is where in the definition
/// they begin, and in V4 <see cref="TagsAt"/> where the tags behind the older list do, which hold the fields where <see cref="IsV2"/>.
/// </summary>
internal sealed record MetadataDefinition(EventIdentity Identity, FieldSchema[]? Fields, int FieldsAt, int TagsAt = 0, bool IsV2 = false)
{
    /// <summary>The kind of the tag that holds an opcode, of one byte.</summary>
    private const byte OpCodeTag = 1;

    /// <summary>The kind of the tag that holds the newer list of fields.</summary>
    public const byte V2ParamsTag = 2;

    /// <summary>Reads a V4 definition; null where its head cannot be read.</summary>
    public static MetadataDefinition? ReadV4(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload);
        var metadataId = reader.I32();
        var provider = reader.Text16(NetTraceLimits.MaxMetadataName);
        var eventId = reader.I32();
        var name = reader.Text16(NetTraceLimits.MaxMetadataName);
        var keywords = reader.U64();
        var version = reader.I32();
        var level = reader.I32();
        if (reader.Failed || metadataId <= 0) return null;

        // Readers keep 16 bits of the id and 8 of version and level.
        var identity = new EventIdentity(metadataId, provider, (ushort)eventId, name, (byte)version, (byte)level, keywords);
        var fieldsAt = reader.Position;
        if (reader.Left == 0) return new MetadataDefinition(identity, [], fieldsAt, fieldsAt);
        var fields = SchemaParser.ReadV1(ref reader);
        var tagsAt = reader.Position;
        var isV2 = false;
        if (fields is not null) fields = ReadTags(ref reader, fields, out isV2);
        return new MetadataDefinition(identity, fields, fieldsAt, tagsAt, isV2);
    }

    /// <summary>The fields, of the tags or of the list before them; null where a tag is not known, for nobody could ask about what it holds.</summary>
    private static FieldSchema[]? ReadTags(ref ByteReader reader, FieldSchema[] fields, out bool isV2)
    {
        isV2 = false;
        while (reader.Left > 0)
        {
            var size = reader.U32();
            var kind = reader.U8();
            var tag = new ByteReader(reader.Bytes(size));
            if (reader.Failed) return null;
            if (kind == OpCodeTag && size == sizeof(byte)) continue;
            // Both lists filled would be two answers to one question.
            if (kind != V2ParamsTag || isV2 || fields.Length > 0 || SchemaParser.ReadV2(ref tag) is not { } listed || tag.Left > 0) return null;
            fields = listed;
            isV2 = true;
        }
        return reader.Failed ? null : fields;
    }
}
