using System.Text;

namespace DebugRelay.NetTrace;

/// <summary>Writes what stands before the optional part of a V6 definition anew, with other names; false where it grows too large.</summary>
internal ref struct DefinitionWriterV6(ReadOnlySpan<byte> row, BlockBuffer output)
{
    private readonly ReadOnlySpan<byte> _row = row;

    /// <summary>Writes it. Fields that could not be read are copied where <paramref name="keepsUnread"/>, and left out otherwise.</summary>
    public readonly bool TryWrite(MetadataDefinitionV6 read, DefinitionNames names, bool keepsUnread)
    {
        output.Append(_row[..read.ProviderAt]);
        if (!TryText(names.Provider)) return false;
        output.Append(_row[read.EventIdAt..read.NameAt]);
        if (!TryText(names.Name)) return false;
        if (names.Fields is null && !keepsUnread) output.Take(sizeof(ushort)).Clear();
        else if (names.Fields is null || ReferenceEquals(names.Fields, read.Definition.Fields)) output.Append(_row[read.FieldsAt..read.OptionalAt]);
        else return TryFields(names.Fields);
        return true;
    }

    private readonly bool TryFields(FieldSchema[] fields)
    {
        U16(fields.Length);
        foreach (var field in fields)
        {
            U16(0);
            var start = output.Length;
            if (!TryText(field.Name) || !TryType(field.Type) || !output.TrySetSize(start - sizeof(ushort), output.Length - start)) return false;
        }
        return true;
    }

    private readonly bool TryType(TypeSchema type)
    {
        output.Append([(byte)type.Code]);
        if (type.Fields is not null && !TryFields(type.Fields)) return false;
        if (type.Element is not null && !TryType(type.Element)) return false;
        if (type.Code == FieldType.FixedArray) U16(type.Length);
        return true;
    }

    private readonly void U16(int value)
    {
        var at = output.Length;
        output.Take(sizeof(ushort));
        output.TrySetSize(at, value);
    }

    private readonly bool TryText(string text)
    {
        var size = Encoding.UTF8.GetByteCount(text);
        if (!output.HasRoom(size + Varint.MaxSize)) return false;
        var room = output.Take(Varint.MaxSize);
        output.Untake(room.Length - Varint.Write(room, (uint)size));
        Encoding.UTF8.GetBytes(text, output.Take(size));
        return true;
    }
}
