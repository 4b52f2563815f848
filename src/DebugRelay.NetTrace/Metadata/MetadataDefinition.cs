namespace DebugRelay.NetTrace;

/// <summary>
/// One definition of an event type. <see cref="Fields"/> is null where they could not be read; <see cref="FieldsAt"/> is where in the definition
/// they begin.
/// </summary>
internal sealed record MetadataDefinition(EventIdentity Identity, FieldSchema[]? Fields, int FieldsAt)
{
    private const byte V2ParamsTag = 2;

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
        return new MetadataDefinition(identity, ReadFields(ref reader), fieldsAt);
    }

    private static FieldSchema[]? ReadFields(ref ByteReader reader)
    {
        if (reader.Left == 0) return [];
        var fields = SchemaParser.ReadV1(ref reader);
        while (fields is not null && reader.Left > 0)
        {
            var size = reader.U32();
            var kind = reader.U8();
            var tag = new ByteReader(reader.Bytes(size));
            if (reader.Failed) return null;
            if (kind != V2ParamsTag) continue;
            // Both lists filled would be two answers to one question.
            if (fields.Length > 0) return null;
            fields = SchemaParser.ReadV2(ref tag);
        }
        return reader.Failed ? null : fields;
    }
}
