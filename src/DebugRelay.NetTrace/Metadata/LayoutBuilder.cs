namespace DebugRelay.NetTrace;

/// <summary>Flattens a schema into the steps that walk a payload and the list of its visitable fields.</summary>
internal sealed class LayoutBuilder
{
    private readonly List<EventField> _fields = [];

    /// <summary>Null where the schema cannot be walked safely: an array of elements that may take no bytes.</summary>
    public static PayloadLayout? Build(FieldSchema[] fields)
    {
        var builder = new LayoutBuilder();
        var nodes = new List<LayoutNode>();
        return builder.TryAddFields(fields, "", nodes) ? new PayloadLayout([.. nodes], [.. builder._fields]) : null;
    }

    private bool TryAddFields(FieldSchema[] fields, string path, List<LayoutNode> nodes)
    {
        foreach (var field in fields)
        {
            if (!TryAdd(field.Type, Join(path, field.Name), field.Name, nodes)) return false;
        }
        return true;
    }

    private bool TryAdd(TypeSchema type, string path, string name, List<LayoutNode> nodes)
    {
        switch (type.Code)
        {
            case FieldType.Object:
                return TryAddFields(type.Fields!, path, nodes);
            case FieldType.Array:
                return TryAddArray(type.Element!, path, name, nodes);
            case FieldType.Text:
                nodes.Add(new LayoutNode(LayoutOp.Text, Field: AddField(path, name, EventFieldKind.Text)));
                return true;
            case FieldType.Boolean:
                nodes.Add(new LayoutNode(LayoutOp.Bool, Field: AddField(path, name, EventFieldKind.Fixed)));
                return true;
            default:
                nodes.Add(new LayoutNode(LayoutOp.Fixed, SizeOf(type.Code), AddField(path, name, EventFieldKind.Fixed)));
                return true;
        }
    }

    private bool TryAddArray(TypeSchema element, string path, string name, List<LayoutNode> nodes)
    {
        nodes.Add(new LayoutNode(LayoutOp.Count, sizeof(ushort)));
        switch (element.Code)
        {
            case FieldType.Char:
                nodes.Add(new LayoutNode(LayoutOp.Chars, Field: AddField(path, name, EventFieldKind.Text)));
                return true;
            case FieldType.Byte or FieldType.SByte:
                nodes.Add(new LayoutNode(LayoutOp.Bytes, Field: AddField(path, name, EventFieldKind.Bytes)));
                return true;
        }
        var children = new List<LayoutNode>();
        if (!TryAdd(element, path + "[]", name, children)) return false;
        nodes.Add(new LayoutNode(LayoutOp.Repeat, Children: [.. children]));
        return LayoutNode.MinSizeOf(nodes[^1].Children) > 0;
    }

    private int AddField(string path, string name, EventFieldKind kind)
    {
        _fields.Add(new EventField(path, name, kind));
        return _fields.Count - 1;
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : name.Length == 0 ? path : path + "." + name;

    private static int SizeOf(FieldType code) => code switch
    {
        FieldType.SByte or FieldType.Byte => 1,
        FieldType.Char or FieldType.Int16 or FieldType.UInt16 => 2,
        FieldType.Int32 or FieldType.UInt32 or FieldType.Single => 4,
        FieldType.Guid => 16,
        _ => 8,
    };
}
