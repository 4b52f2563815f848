namespace DebugRelay.NetTrace;

/// <summary>Flattens a schema into the steps that walk a payload and the list of its visitable fields.</summary>
internal sealed class LayoutBuilder(bool isV6)
{
    private readonly List<EventField> _fields = [];
    private int _pathsLength;

    /// <summary>
    /// Null where the schema cannot be walked safely: an array of elements that may take no bytes, or paths that are too long together.
    /// </summary>
    public static PayloadLayout? Build(FieldSchema[] fields, bool isV6)
    {
        var builder = new LayoutBuilder(isV6);
        var nodes = new List<LayoutNode>();
        return builder.TryAddFields(fields, "", nodes) ? new PayloadLayout([.. nodes], [.. builder._fields]) : null;
    }

    private bool TryAddFields(FieldSchema[] fields, string path, List<LayoutNode> nodes)
    {
        foreach (var field in fields)
        {
            var joined = Join(path, field.Name);
            _pathsLength += joined.Length;
            if (_pathsLength > NetTraceLimits.MaxPathsLength || !TryAdd(field.Type, joined, field.Name, nodes)) return false;
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
            case FieldType.FixedArray:
                return TryAddFixedArray(type, path, name, nodes);
            case FieldType.RelLoc or FieldType.DataLoc:
                return TryAddLocation(type, path, name, nodes);
            case FieldType.VarInt or FieldType.VarUInt:
                nodes.Add(new LayoutNode(LayoutOp.Varint, Field: AddField(path, name, EventFieldKind.Fixed)));
                return true;
            case FieldType.Boolean when !isV6:
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
            case FieldType.Utf8:
                nodes.Add(new LayoutNode(LayoutOp.Chars8, Field: AddField(path, name, EventFieldKind.Text)));
                return true;
            case FieldType.Byte or FieldType.SByte:
                nodes.Add(new LayoutNode(LayoutOp.Bytes, Field: AddField(path, name, EventFieldKind.Bytes)));
                return true;
        }
        return TryAddRepeat(element, path, name, nodes);
    }

    private bool TryAddFixedArray(TypeSchema type, string path, string name, List<LayoutNode> nodes)
    {
        nodes.Add(new LayoutNode(LayoutOp.SetCount, type.Length));
        if (RunOf(type.Element!.Code) is not { } run) return TryAddRepeat(type.Element!, path, name, nodes);
        nodes.Add(new LayoutNode(run, Field: AddField(path, name, run == LayoutOp.Bytes ? EventFieldKind.Bytes : EventFieldKind.Text)));
        return true;
    }

    private bool TryAddLocation(TypeSchema type, string path, string name, List<LayoutNode> nodes)
    {
        var element = type.Element!.Code;
        if (element is FieldType.Object or FieldType.Array or FieldType.FixedArray or FieldType.Text or FieldType.RelLoc or FieldType.DataLoc
            or FieldType.VarInt or FieldType.VarUInt) return false;
        var run = RunOf(element);
        var kind = run is LayoutOp.FixedChars or LayoutOp.FixedChars8 ? EventFieldKind.Text : EventFieldKind.Bytes;
        var target = new LayoutNode(run ?? LayoutOp.Bytes, Field: AddField(path, name, kind));
        nodes.Add(new LayoutNode(type.Code == FieldType.RelLoc ? LayoutOp.RelLoc : LayoutOp.DataLoc, SizeOf(element), Children: [target]));
        return true;
    }

    /// <summary>What a run of such elements is taken as at once; null where they are taken one by one.</summary>
    private static LayoutOp? RunOf(FieldType element) => element switch
    {
        FieldType.Char => LayoutOp.FixedChars,
        FieldType.Utf8 => LayoutOp.FixedChars8,
        FieldType.Byte or FieldType.SByte => LayoutOp.Bytes,
        _ => null,
    };

    private bool TryAddRepeat(TypeSchema element, string path, string name, List<LayoutNode> nodes)
    {
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

    private int SizeOf(FieldType code) => code switch
    {
        FieldType.SByte or FieldType.Byte or FieldType.Utf8 or FieldType.Bool8 => 1,
        FieldType.Char or FieldType.Int16 or FieldType.UInt16 => 2,
        FieldType.Int32 or FieldType.UInt32 or FieldType.Single or FieldType.Boolean => 4,
        FieldType.Guid => 16,
        // V6 says eight 16-bit numbers; the runtime's V4 holds a FILETIME.
        FieldType.DateTime when isV6 => 16,
        _ => 8,
    };
}
