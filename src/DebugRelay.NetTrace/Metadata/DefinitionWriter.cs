using System.Runtime.InteropServices;

namespace DebugRelay.NetTrace;

/// <summary>Writes V4 definitions anew, with other names; all else is copied.</summary>
internal ref struct DefinitionWriter(ReadOnlySpan<byte> payload, BlockBuffer output)
{
    private const int TagHeadSize = sizeof(uint) + sizeof(byte);

    private readonly ReadOnlySpan<byte> _payload = payload;

    /// <summary>Writes the definition. Fields that could not be read are copied where <paramref name="keepsUnread"/>, and left out otherwise.</summary>
    public readonly void Write(MetadataDefinition definition, DefinitionNames names, bool keepsUnread)
    {
        var eventIdAt = sizeof(int) + SizeOf(definition.Identity.Provider);
        var keywordsAt = eventIdAt + sizeof(int) + SizeOf(definition.Identity.Name);
        output.Append(_payload[..sizeof(int)]);
        Text(names.Provider);
        output.Append(_payload.Slice(eventIdAt, sizeof(int)));
        Text(names.Name);
        output.Append(_payload[keywordsAt..definition.FieldsAt]);
        if (names.Fields is null && !keepsUnread) U32(0);
        else if (names.Fields is null || ReferenceEquals(names.Fields, definition.Fields)) output.Append(_payload[definition.FieldsAt..]);
        else Fields(definition, names.Fields);
    }

    private readonly void Fields(MetadataDefinition definition, FieldSchema[] fields)
    {
        if (definition.IsV2) U32(0);
        else Fields(fields, isV2: false);
        for (var tags = _payload[definition.TagsAt..]; tags.Length > 0;)
        {
            var size = TagHeadSize + (int)MemoryMarshal.Read<uint>(tags);
            if (tags[sizeof(uint)] == MetadataDefinition.V2ParamsTag) Tag(fields);
            else output.Append(tags[..size]);
            tags = tags[size..];
        }
    }

    private readonly void Tag(FieldSchema[] fields)
    {
        var start = output.Length;
        U32(0);
        output.Append([MetadataDefinition.V2ParamsTag]);
        Fields(fields, isV2: true);
        output.SetSize(start, output.Length - start - TagHeadSize);
    }

    private readonly void Fields(FieldSchema[] fields, bool isV2)
    {
        U32((uint)fields.Length);
        foreach (var field in fields)
        {
            var start = output.Length;
            if (isV2)
            {
                U32(0);
                Text(field.Name);
                Type(field.Type, isV2);
                output.SetSize(start, output.Length - start);
            }
            else
            {
                Type(field.Type, isV2);
                Text(field.Name);
            }
        }
    }

    private readonly void Type(TypeSchema type, bool isV2)
    {
        U32((uint)type.Code);
        if (type.Fields is not null) Fields(type.Fields, isV2);
        if (type.Element is not null) Type(type.Element, isV2);
    }

    private readonly void U32(uint value) => MemoryMarshal.Write(output.Take(sizeof(uint)), value);

    private readonly void Text(string text)
    {
        output.Append(MemoryMarshal.AsBytes(text.AsSpan()));
        output.Append([0, 0]);
    }

    private static int SizeOf(string text) => (text.Length + 1) * sizeof(char);
}
