using System.Text;

namespace DebugRelay.TestSupport.NetTrace;

/// <summary>Builds nettrace streams part by part, well formed or not: V4 (with V2 metadata) or V6, headers compressed or not.</summary>
public sealed class TraceBuilder(int version = 4, bool isCompressed = true, int pointerSize = 8)
{
    private readonly ByteWriter _stream = new();

    public bool IsV6 => version == 6;

    /// <summary>V4: whether fields stand in the older list, which knows no arrays, instead of a tag.</summary>
    public bool HasOlderFields { get; init; }

    /// <summary>The version of the events that are defined from here on.</summary>
    public int EventVersion { get; set; }

    public byte[] ToArray() => _stream.ToArray();

    public TraceBuilder Head()
    {
        _stream.Raw("Nettrace"u8);
        if (IsV6) _stream.I32(0).I32(6).I32(0);
        else _stream.I32(20).Raw("!FastSerialization.1"u8);
        return this;
    }

    public TraceBuilder Trace(params (string Key, string Value)[] values)
    {
        var content = new ByteWriter().I16(2026).I16(1).I16(4).I16(1).I16(0).I16(0).I16(0).I16(0).I64(0).I64(1_000_000_000).I32(pointerSize);
        if (!IsV6)
        {
            BeginObject("Trace", 4).Raw(content.I32(77).I32(2).I32(0).ToArray()).U8(6);
            return this;
        }
        content.I32(values.Length);
        foreach (var (key, value) in values) content.Text8(key).Text8(value);
        return Block(1, "", content.ToArray());
    }

    /// <summary>A block of one definition.</summary>
    public TraceBuilder Metadata(int id, string provider, int eventId, string name, params BuiltField[] fields)
        => IsV6
            ? Block(3, "", MetadataV6(id, provider, eventId, name, fields))
            : Block(3, "MetadataBlock", MetadataV4(id, provider, eventId, name, fields));

    public TraceBuilder Events(params IReadOnlyList<BuiltEvent> events)
    {
        var content = BlockHead(events.Min(e => e.Timestamp), events.Max(e => e.Timestamp));
        var before = new BuiltEvent(0, []) { Thread = 0, Sequence = 0, Timestamp = 0 };
        foreach (var e in events)
        {
            if (isCompressed) Compressed(content, before, e);
            else Plain(content, e);
            before = e;
        }
        return Block(2, "EventBlock", content.ToArray());
    }

    public TraceBuilder Stacks(int first, params byte[][] stacks)
    {
        var content = new ByteWriter().I32(first).I32(stacks.Length);
        foreach (var stack in stacks) content.I32(stack.Length).Raw(stack);
        return Block(5, "StackBlock", content.ToArray());
    }

    public TraceBuilder SequencePoint(long timestamp, params (long Thread, int Sequence)[] threads)
    {
        var content = new ByteWriter().I64(timestamp);
        if (IsV6) content.I32(0);
        content.I32(threads.Length);
        foreach (var (thread, sequence) in threads)
        {
            if (IsV6) content.Varint((ulong)thread).Varint((uint)sequence);
            else content.I64(thread).I32(sequence);
        }
        return Block(4, "SPBlock", content.ToArray());
    }

    /// <summary>V6: threads with their names.</summary>
    public TraceBuilder Threads(params (long Index, string Name)[] threads)
    {
        var content = new ByteWriter();
        foreach (var (index, name) in threads)
            content.Sized16(new ByteWriter().Varint((ulong)index).U8(1).Text8(name).U8(3).Varint((ulong)index)
                .U8(4).Text8("key").Text8("value of " + name));
        return Block(6, "", content.ToArray());
    }

    /// <summary>V6: label lists of one string each, and an activity id.</summary>
    public TraceBuilder Labels(int first, params string[] values)
    {
        var content = new ByteWriter().I32(first).I32(values.Length);
        foreach (var value in values) content.U8(1).Raw(new byte[16]).U8(5 | 0x80).Text8("label").Text8(value);
        return Block(8, "", content.ToArray());
    }

    /// <summary>Any content as a block of that kind (V6) or name (V4).</summary>
    public TraceBuilder Block(int kind, string name, byte[] content)
    {
        if (IsV6) _stream.I32(content.Length | (kind << 24)).Raw(content);
        else BeginObject(name, 2).I32(content.Length).Pad4().Raw(content).U8(6);
        return this;
    }

    public TraceBuilder Raw(params byte[] bytes)
    {
        _stream.Raw(bytes);
        return this;
    }

    public TraceBuilder End() => IsV6 ? Raw(0, 0, 0, 0) : Raw(1);

    public ByteWriter BeginObject(string name, int objectVersion)
        => _stream.U8(5).U8(5).U8(1).I32(objectVersion).I32(objectVersion).I32(name.Length).Raw(Encoding.UTF8.GetBytes(name)).U8(6);

    private ByteWriter BlockHead(long min, long max) => new ByteWriter().I16(20).I16(isCompressed ? 1 : 0).I64(min).I64(max);

    private byte[] MetadataV4(int id, string provider, int eventId, string name, BuiltField[] fields)
    {
        var definition = new ByteWriter().I32(id).Text16(provider).I32(eventId).Text16(name).I64(0).I32(EventVersion).I32(4);
        if (HasOlderFields) definition.Raw(OlderFields(fields).ToArray()).I32(1).U8(1).U8(9);
        else definition.I32(0);
        if (fields.Length > 0 && !HasOlderFields)
        {
            var list = FieldsV4(fields);
            definition.I32(list.Length).U8(2).Raw(list.ToArray());
        }
        var content = BlockHead(0, 0);
        var e = new BuiltEvent(0, definition.ToArray()) { Thread = 0, Sequence = 0, Timestamp = 0 };
        if (isCompressed) Compressed(content, e with { Payload = [] }, e);
        else Plain(content, e);
        return content.ToArray();
    }

    private static ByteWriter OlderFields(IReadOnlyList<BuiltField> fields)
    {
        var list = new ByteWriter().I32(fields.Count);
        foreach (var field in fields)
        {
            list.I32(field.Type);
            if (field.Fields is { } nested) list.Raw(OlderFields(nested).ToArray());
            list.Text16(field.Name);
        }
        return list;
    }

    private static ByteWriter FieldsV4(IReadOnlyList<BuiltField> fields)
    {
        var list = new ByteWriter().I32(fields.Count);
        foreach (var field in fields)
        {
            var entry = new ByteWriter().Text16(field.Name).I32(field.Type);
            if (field.Element is { } element) entry.I32(element);
            if (field.Fields is { } nested) entry.Raw(FieldsV4(nested).ToArray());
            list.I32(entry.Length + 4).Raw(entry.ToArray());
        }
        return list;
    }

    private byte[] MetadataV6(int id, string provider, int eventId, string name, BuiltField[] fields)
    {
        var optional = new ByteWriter().U8(3).I64(5).U8(4).Text8("template of " + name)
            .U8(5).Text8("description").U8(6).Text8("key").Text8("value").U8(8).U8(4).U8(9).U8(EventVersion);
        var row = new ByteWriter().Varint((ulong)id).Text8(provider).Varint((ulong)eventId).Text8(name)
            .Raw(FieldsV6(fields).ToArray()).Sized16(optional);
        return new ByteWriter().I16(0).Sized16(row).ToArray();
    }

    private static ByteWriter FieldsV6(IReadOnlyList<BuiltField> fields)
    {
        var list = new ByteWriter().I16(fields.Count);
        foreach (var field in fields)
        {
            var entry = new ByteWriter().Text8(field.Name).U8(field.Type);
            if (field.Element is { } element) entry.U8(element);
            if (field.Fields is { } nested) entry.Raw(FieldsV6(nested).ToArray());
            if (field.Type == 22) entry.I16(field.Length);
            list.Sized16(entry);
        }
        return list;
    }

    private void Compressed(ByteWriter content, BuiltEvent before, BuiltEvent e)
    {
        var parts = new ByteWriter();
        var flags = e.IsSorted ? 0x40 : 0;
        if (e.MetadataId != before.MetadataId)
        {
            flags |= 0x01;
            parts.Varint((uint)e.MetadataId);
        }
        if (e.MetadataId != 0 && (e.Sequence != before.Sequence + 1 || e.Thread != before.Thread || e.Processor != before.Processor))
        {
            flags |= 0x02;
            parts.Varint((uint)(e.Sequence - before.Sequence - 1)).Varint((ulong)e.Thread).Varint((uint)e.Processor);
        }
        if (e.Thread != before.Thread)
        {
            flags |= 0x04;
            parts.Varint((ulong)e.Thread);
        }
        if (e.Stack != before.Stack)
        {
            flags |= 0x08;
            parts.Varint((uint)e.Stack);
        }
        parts.Varint((ulong)(e.Timestamp - before.Timestamp));
        flags |= Activities(parts, before, e);
        if (e.Payload.Length != before.Payload.Length)
        {
            flags |= 0x80;
            parts.Varint((uint)e.Payload.Length);
        }
        content.U8(flags).Raw(parts.ToArray()).Raw(e.Payload);
    }

    private int Activities(ByteWriter parts, BuiltEvent before, BuiltEvent e)
    {
        var flags = 0;
        if (IsV6)
        {
            if (e.Labels == before.Labels) return 0;
            parts.Varint((uint)e.Labels);
            return 0x10;
        }
        if (e.Activity != before.Activity)
        {
            flags |= 0x10;
            parts.Raw(e.Activity.ToByteArray());
        }
        if (e.RelatedActivity != before.RelatedActivity)
        {
            flags |= 0x20;
            parts.Raw(e.RelatedActivity.ToByteArray());
        }
        return flags;
    }

    private void Plain(ByteWriter content, BuiltEvent e)
    {
        var rest = new ByteWriter().I32(e.MetadataId | (e.IsSorted ? 0 : int.MinValue)).I32(e.Sequence).I64(e.Thread).I64(e.Thread)
            .I32(e.Processor).I32(e.Stack).I64(e.Timestamp);
        if (IsV6) rest.I32(e.Labels);
        else rest.Raw(e.Activity.ToByteArray()).Raw(e.RelatedActivity.ToByteArray());
        rest.I32(e.Payload.Length).Raw(e.Payload);
        if (!IsV6) rest.Pad4();
        content.I32(rest.Length).Raw(rest.ToArray());
    }
}
