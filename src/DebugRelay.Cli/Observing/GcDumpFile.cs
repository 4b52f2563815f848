using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace DebugRelay.Cli.Observing;

/// <summary>
/// Writes a heap's graph as PerfView, Visual Studio and dotnet-gcdump read it: a .gcdump file, two objects in the form of FastSerialization. That
/// library names objects by the .NET types that it is given, and these would have to be PerfView's: so the few bytes of form are written here.
/// </summary>
internal sealed class GcDumpFile : IDisposable
{
    private const byte NullReference = 1;
    private const byte BeginObject = 4;
    private const byte EndObject = 6;
    private const byte TaggedByte = 8;

    private readonly BinaryWriter _to;

    private GcDumpFile(Stream stream) => _to = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);

    /// <param name="stream">Where to.</param>
    /// <param name="graph">The heap.</param>
    /// <param name="process">The process's name.</param>
    /// <param name="pid">Its id on its host.</param>
    /// <param name="host">The host.</param>
    /// <param name="taken">When, UTC.</param>
    /// <exception cref="OverflowException">The graph is larger than the form allows: 2 GB without its addresses.</exception>
    public static void Write(Stream stream, HeapGraph graph, string process, int pid, string host, DateTime taken)
    {
        using var file = new GcDumpFile(stream);
        file.String("!FastSerialization.1");
        file.Begin("GCHeapDump", version: 10, minimumReader: 8);
        file.Graph(GcDumpNodes.Of(graph));
        file._to.Write(true);
        // Nothing was sampled: every object counts once.
        file._to.Write(1f);
        file._to.Write(1f);
        // Of JavaScript, and of the heap's segments.
        file._to.Write(NullReference);
        file._to.Write(NullReference);
        file.String(string.Create(CultureInfo.InvariantCulture, $"taken through DebugRelay from {process} ({pid}) on {host}"));
        file._to.Write(taken.Ticks);
        file.String(host);
        file.String(process);
        file._to.Write(pid);
        // Memory committed, working set: not asked for. And no type has a factor of its own.
        file._to.Write(0L);
        file._to.Write(0L);
        file._to.Write(0);
        file._to.Write(EndObject);
        file.Trailer();
    }

    public void Dispose() => _to.Dispose();

    private void Graph(GcDumpNodes nodes)
    {
        Begin("Graphs.MemoryGraph", version: 1, minimumReader: 0);
        _to.Write(nodes.TotalSize);
        _to.Write(nodes.Root);
        _to.Write(nodes.Types.Count);
        foreach ((string name, int size) in nodes.Types)
        {
            String(name);
            _to.Write(size);
            // The module: part of nothing that the relay gives.
            _to.Write(-1);
        }
        _to.Write(nodes.Offsets.Count);
        foreach (int offset in nodes.Offsets)
            _to.Write(offset);
        _to.Write(nodes.Blob.Length);
        _to.Write(nodes.Blob);
        _to.Write(nodes.Addresses.Count);
        foreach (ulong address in nodes.Addresses)
            _to.Write(address);
        // Whether pointers have 64 bits.
        _to.Write(TaggedByte);
        _to.Write(true);
        _to.Write(EndObject);
    }

    /// <summary>An object's type is an object itself, without a type.</summary>
    private void Begin(string type, int version, int minimumReader)
    {
        _to.Write(BeginObject);
        _to.Write(BeginObject);
        _to.Write(NullReference);
        _to.Write(version);
        _to.Write(minimumReader);
        String(type);
        _to.Write(EndObject);
    }

    /// <summary>A table of references to what comes later, which is empty; where it is; and where that stands.</summary>
    private void Trailer()
    {
        _to.Write(EndObject);
        _to.Flush();
        uint table = checked((uint)_to.BaseStream.Position);
        _to.Write(0);
        _to.Write(table);
        _to.Write(table + sizeof(uint));
    }

    private void String(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        _to.Write(bytes.Length);
        _to.Write(bytes);
    }
}

/// <summary>Nodes as the form has them: one blob, with the offset of each.</summary>
internal sealed class GcDumpNodes
{
    private readonly MemoryStream _blob = new();
    private readonly Dictionary<string, int> _typeIndex = new(StringComparer.Ordinal);

    // What the offset 0 of a node that was never described leads to.
    private GcDumpNodes() => Append(TypeOf("UNDEFINED", 0), 0, [], 0);

    public List<(string Name, int Size)> Types { get; } = [];

    public List<int> Offsets { get; } = [];

    public List<ulong> Addresses { get; } = [];

    public long TotalSize { get; private set; }

    /// <summary>The node that holds all others.</summary>
    public int Root { get; private set; }

    public ReadOnlySpan<byte> Blob => _blob.GetBuffer().AsSpan(0, (int)_blob.Length);

    /// <summary>A heap's objects, and above them what keeps them alive.</summary>
    public static GcDumpNodes Of(HeapGraph heap)
    {
        var nodes = new GcDumpNodes();
        var byAddress = new Dictionary<ulong, int>(heap.Nodes.Count);
        foreach (HeapNode node in heap.Nodes)
            byAddress[node.Address] = nodes.Reserve(node.Address);
        nodes.AddObjects(heap, byAddress);
        nodes.Root = nodes.AddRoots(heap, byAddress);
        return nodes;
    }

    private void AddObjects(HeapGraph heap, Dictionary<ulong, int> byAddress)
    {
        int edge = 0;
        var children = new List<int>();
        foreach (HeapNode node in heap.Nodes)
        {
            children.Clear();
            for (int left = node.References; left > 0 && edge < heap.Edges.Count; left--)
            {
                if (byAddress.TryGetValue(heap.Edges[edge++], out int child))
                    children.Add(child);
            }
            Describe(byAddress[node.Address], heap.NameOf(node.Type), node.Size, CollectionsMarshal.AsSpan(children));
        }
    }

    /// <summary>Nodes of no size: one for all, one for each kind of root, one for each that has a name.</summary>
    private int AddRoots(HeapGraph heap, Dictionary<ulong, int> byAddress)
    {
        var kinds = new List<int>();
        foreach (IGrouping<string, HeapRoot> kind in heap.Roots.GroupBy(root => root.Kind))
        {
            var children = new List<int>();
            foreach (HeapRoot root in kind)
            {
                if (byAddress.TryGetValue(root.Address, out int child))
                    children.Add(heap.NameOf(root) is { } name ? Holder(name, [child]) : child);
            }
            kinds.Add(Holder(kind.Key, CollectionsMarshal.AsSpan(children)));
        }
        return Holder("[.NET Roots]", CollectionsMarshal.AsSpan(kinds));
    }

    private int Holder(string name, ReadOnlySpan<int> children)
    {
        int node = Reserve(0);
        Describe(node, name, 0, children);
        return node;
    }

    /// <summary>A node that is described later.</summary>
    private int Reserve(ulong address)
    {
        Offsets.Add(0);
        Addresses.Add(address);
        return Offsets.Count - 1;
    }

    private void Describe(int node, string type, long size, ReadOnlySpan<int> children)
    {
        int bytes = (int)Math.Min(size, int.MaxValue);
        Offsets[node] = checked((int)_blob.Length);
        Append(TypeOf(type, bytes), bytes, children, node);
        TotalSize += bytes;
    }

    /// <summary>The type, with a bit that says whether the size differs from the type's; then children as distances.</summary>
    private void Append(int type, int size, ReadOnlySpan<int> children, int node)
    {
        bool isUsual = Types[type].Size == size;
        Integer((type << 1) | (isUsual ? 0 : 1));
        if (!isUsual)
            Integer(size);
        Integer(children.Length);
        foreach (int child in children)
            Integer(child - node);
    }

    private int TypeOf(string name, int size)
    {
        ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(_typeIndex, name, out bool known);
        if (!known)
        {
            index = Types.Count;
            Types.Add((name, size));
        }
        return index;
    }

    /// <summary>Seven bits a byte, the highest first; the first bears the sign, all but the last are marked.</summary>
    private void Integer(int value)
    {
        int groups = 1;
        while (groups < 5 && (value << (32 - (7 * groups))) >> (32 - (7 * groups)) != value)
            groups++;
        for (int group = groups - 1; group > 0; group--)
            _blob.WriteByte((byte)((value >> (7 * group)) | 0x80));
        _blob.WriteByte((byte)(value & 0x7F));
    }
}
