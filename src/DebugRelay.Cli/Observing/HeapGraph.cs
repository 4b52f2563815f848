using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using DebugRelay.NetTrace;
using DebugRelay.Policy.Proofs;

namespace DebugRelay.Cli.Observing;

/// <summary>
/// The objects of a managed heap and what they refer to, gathered from the events of one collection. There are names of types and of static fields
/// in it, sizes and addresses, and nothing that objects hold.
/// </summary>
internal sealed partial class HeapGraph
{
    // u32 index, u32 count, u16 that tells runtimes of one process apart.
    private const int BulkHead = 10;
    private const int NodeSize = 32;
    private const int EdgeSize = 12;
    private const int RootSize = 21;
    private const int DependentSize = 24;
    private const int WeakReference = 2;

    private readonly Dictionary<ulong, string> _types = [];
    private readonly HashSet<(int Kind, uint Index)> _seen = [];
    private readonly Dictionary<int, uint> _last = [];

    /// <summary>In the order in which the heap was walked: their references stand in <see cref="Edges"/> in the same order.</summary>
    public List<HeapNode> Nodes { get; } = [];

    /// <summary>Addresses of objects that are referred to.</summary>
    public List<ulong> Edges { get; } = [];

    /// <summary>What keeps objects alive.</summary>
    public List<HeapRoot> Roots { get; } = [];

    /// <summary>Whether the collection that was walked is over.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Whether events of the walk are missing: the process could not keep them until they were read.</summary>
    public bool HasGaps => _last.Any(kind => _seen.Count(seen => seen.Kind == kind.Key) != kind.Value + 1);

    /// <summary>The name of a type.</summary>
    public string NameOf(ulong type) => _types.GetValueOrDefault(type, "[unknown type]");

    /// <summary>What a root is called; null where it has no name of its own. Types are told of after what refers to them.</summary>
    public string? NameOf(HeapRoot root) => root.Field is { } field ? $"[static var {NameOf(root.Type)}.{field}]" : null;

    /// <summary>Takes over what an event tells of the heap, if anything.</summary>
    public void Observe(NetTraceEvent each)
    {
        if (each.Type.Provider != EventPipeShapes.Runtime || IsOver)
            return;
        switch (each.Type.EventId)
        {
            case 2:
                IsOver = Nodes.Count > 0;
                break;
            case 15:
                AddTypes(each.Payload);
                break;
            case 16:
                Each(each, RootSize, AddRoot);
                break;
            case 17:
                Each(each, DependentSize, AddDependent);
                break;
            case 18:
                Each(each, NodeSize, AddNode);
                break;
            case 19:
                Each(each, EdgeSize, edge => Edges.Add(BinaryPrimitives.ReadUInt64LittleEndian(edge)));
                break;
            case 38:
                AddStatics(each.Payload);
                break;
        }
    }

    /// <summary>How many objects of each type there are, and their bytes; most bytes first.</summary>
    public IReadOnlyList<HeapType> ByType() =>
        [.. from node in Nodes
            group node.Size by NameOf(node.Type) into sizes
            let type = new HeapType(sizes.Key, sizes.LongCount(), sizes.Sum())
            orderby type.Bytes descending, type.Type
            select type];

    private delegate void ValueHandler(ReadOnlySpan<byte> value);

    private void Each(NetTraceEvent each, int size, ValueHandler take)
    {
        ReadOnlySpan<byte> payload = each.Payload;
        if (payload.Length < BulkHead)
            return;
        uint index = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]);
        _seen.Add((each.Type.EventId, index));
        _last[each.Type.EventId] = Math.Max(index, _last.GetValueOrDefault(each.Type.EventId));
        ReadOnlySpan<byte> rest = payload[BulkHead..];
        for (; count > 0 && rest.Length >= size; count--, rest = rest[size..])
            take(rest[..size]);
    }

    /// <summary>Address, size, type, number of references.</summary>
    private void AddNode(ReadOnlySpan<byte> node) => Nodes.Add(new HeapNode(
        BinaryPrimitives.ReadUInt64LittleEndian(node), BinaryPrimitives.ReadInt64LittleEndian(node[8..]), BinaryPrimitives.ReadUInt64LittleEndian(node[16..]),
        (int)Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(node[24..]), 0, int.MaxValue)));

    /// <summary>Address, kind, flags, the root's own id.</summary>
    private void AddRoot(ReadOnlySpan<byte> root)
    {
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(root[9..]);
        if ((flags & WeakReference) != 0)
            return;
        string kind = root[8] switch { 0 => "[local vars]", 1 => "[finalizer queue]", 2 => "[handles]", _ => "[other roots]" };
        Roots.Add(new HeapRoot(kind, BinaryPrimitives.ReadUInt64LittleEndian(root)));
    }

    /// <summary>Key, value, id: the value lives as long as the key.</summary>
    private void AddDependent(ReadOnlySpan<byte> pair) => Roots.Add(new HeapRoot("[dependent handles]", BinaryPrimitives.ReadUInt64LittleEndian(pair[8..])));

    /// <summary>u32 count, u64 domain, u16; each: id, object, type, flags, the field's name.</summary>
    private void AddStatics(ReadOnlySpan<byte> payload)
    {
        const int head = 14;
        const int fields = 28;
        ReadOnlySpan<byte> rest = payload.Length < head ? [] : payload[head..];
        while (rest.Length >= fields)
        {
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]);
            ulong type = BinaryPrimitives.ReadUInt64LittleEndian(rest[16..]);
            rest = rest[fields..];
            string field = Text(ref rest);
            Roots.Add(new HeapRoot("[static vars]", address, type, field));
        }
    }

    /// <summary>u32 count, u16; each: type, module, name's id, flags, element type, name, u32 count of parameters, the parameters.</summary>
    private void AddTypes(ReadOnlySpan<byte> payload)
    {
        const int head = 6;
        const int fields = 25;
        ReadOnlySpan<byte> rest = payload.Length < head ? [] : payload[head..];
        while (rest.Length >= fields)
        {
            ulong type = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            rest = rest[fields..];
            string name = Text(ref rest);
            if (rest.Length < sizeof(uint))
                return;
            long parameters = BinaryPrimitives.ReadUInt32LittleEndian(rest) * (long)sizeof(ulong);
            rest = rest[sizeof(uint)..];
            if (parameters > rest.Length)
                return;
            rest = rest[(int)parameters..];
            if (name.Length > 0)
                _types[type] = Readable(name);
        }
    }

    private static string Text(ref ReadOnlySpan<byte> rest)
    {
        int end = 0;
        while (end + 1 < rest.Length && (rest[end] | rest[end + 1]) != 0)
            end += 2;
        string text = Encoding.Unicode.GetString(rest[..end]);
        rest = rest[Math.Min(end + 2, rest.Length)..];
        return text;
    }

    /// <summary>List`1[System.String] → List&lt;System.String&gt;; String[] stays.</summary>
    private static string Readable(string name)
        => Arity().Replace(name, "").Replace('[', '<').Replace(']', '>').Replace("<>", "[]", StringComparison.Ordinal);

    [GeneratedRegex("`[0-9]+")]
    private static partial Regex Arity();
}

/// <summary>An object.</summary>
/// <param name="Address">Where it lies.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Type">Its type's id.</param>
/// <param name="References">How many references it holds.</param>
internal readonly record struct HeapNode(ulong Address, long Size, ulong Type, int References);

/// <summary>Something that keeps an object alive.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Address">The object.</param>
/// <param name="Type">Of a static field: the id of the type that has it.</param>
/// <param name="Field">Of a static field: its name.</param>
internal readonly record struct HeapRoot(string Kind, ulong Address, ulong Type = 0, string? Field = null);

/// <summary>The objects of one type.</summary>
/// <param name="Type">Its name.</param>
/// <param name="Count">How many.</param>
/// <param name="Bytes">All together.</param>
internal sealed record HeapType(string Type, long Count, long Bytes);
