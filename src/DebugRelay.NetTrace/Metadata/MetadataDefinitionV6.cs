namespace DebugRelay.NetTrace;

/// <summary>
/// One V6 row that defines an event type. The numbers are where in the row its parts begin; <see cref="End"/> is where the optional part ends: what
/// follows is not known here.
/// </summary>
internal sealed record MetadataDefinitionV6(
    MetadataDefinition Definition, int ProviderAt, int EventIdAt, int NameAt, int FieldsAt, int OptionalAt, int End)
{
    /// <summary>Reads a row without its size; null where its frame cannot be read.</summary>
    public static MetadataDefinitionV6? Read(ReadOnlySpan<byte> row)
    {
        var reader = new ByteReader(row);
        var metadataId = reader.Varint32();
        var providerAt = reader.Position;
        var provider = reader.Text8(NetTraceLimits.MaxMetadataName);
        var eventIdAt = reader.Position;
        var eventId = reader.Varint32();
        var nameAt = reader.Position;
        var name = reader.Text8(NetTraceLimits.MaxMetadataName);
        var fieldsAt = reader.Position;
        SkipFields(ref reader);
        var optionalAt = reader.Position;
        var named = new EventIdentity((int)metadataId, provider, (ushort)eventId, name, 0, 0, 0);
        var identity = ReadOptional(new ByteReader(reader.Bytes(reader.U16())), named);
        if (reader.Failed || identity is null || metadataId is 0 or > int.MaxValue) return null;
        var fields = new ByteReader(row[fieldsAt..optionalAt]);
        var definition = new MetadataDefinition(identity, SchemaParserV6.Read(ref fields), fieldsAt);
        return new MetadataDefinitionV6(definition, providerAt, eventIdAt, nameAt, fieldsAt, optionalAt, reader.Position);
    }

    private static void SkipFields(ref ByteReader reader)
    {
        for (var left = reader.U16(); left > 0 && !reader.Failed; left--) reader.Bytes(reader.U16());
    }

    private static EventIdentity? ReadOptional(ByteReader reader, EventIdentity identity)
    {
        while (reader.Left > 0)
        {
            switch (reader.U8())
            {
                case OptionalKind.Keywords:
                    identity = identity with { Keywords = reader.U64() };
                    break;
                case OptionalKind.Level:
                    identity = identity with { Level = reader.U8() };
                    break;
                case OptionalKind.Version:
                    identity = identity with { Version = reader.U8() };
                    break;
                case OptionalKind.OpCode:
                    reader.U8();
                    break;
                case OptionalKind.ProviderGuid:
                    reader.Bytes(16);
                    break;
                case OptionalKind.KeyValue:
                    reader.Bytes(reader.Varint32());
                    reader.Bytes(reader.Varint32());
                    break;
                case OptionalKind.MessageTemplate or OptionalKind.Description:
                    reader.Bytes(reader.Varint32());
                    break;
                default:
                    return null;
            }
        }
        return reader.Failed ? null : identity;
    }
}

/// <summary>The kinds of a V6 definition's optional parts.</summary>
internal static class OptionalKind
{
    public const byte OpCode = 1;
    public const byte Keywords = 3;
    public const byte MessageTemplate = 4;
    public const byte Description = 5;
    public const byte KeyValue = 6;
    public const byte ProviderGuid = 7;
    public const byte Level = 8;
    public const byte Version = 9;
}
