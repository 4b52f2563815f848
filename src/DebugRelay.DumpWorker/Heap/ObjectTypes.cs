using DebugRelay.DumpWorker.Clr;
using Microsoft.Diagnostics.Runtime;

namespace DebugRelay.DumpWorker.Heap;

/// <summary>The types of a heap by their handle. A type is asked about when its first object is met.</summary>
/// <param name="heap">The heap.</param>
/// <param name="interrogation">Asks about types what a debugger may ask; null where only their layout is wanted.</param>
/// <param name="maskFields">Whether only the references of the program's own objects are to stay.</param>
internal sealed class ObjectTypes(ClrHeap heap, Interrogation? interrogation = null, bool maskFields = false)
{
    private const int ObjectHeader = 8;

    private readonly Dictionary<ulong, ObjectType?> _types = [];
    private readonly string? _frameworkFolder = Path.GetDirectoryName(heap.Runtime.BaseClassLibrary?.Name);
    private readonly ulong[] _recentKeys = new ulong[4096];
    private readonly ObjectType?[] _recent = new ObjectType?[4096];

    private IEnumerable<ObjectType> Met => _types.Values.OfType<ObjectType>().Where(t => t.Count > 0);

    /// <summary>Type, objects and their bytes, of all types met.</summary>
    public IEnumerable<(ulong MethodTable, long Count, long Bytes)> Histogram => Met.Select(t => (t.MethodTable, t.Count, t.Bytes));

    /// <summary>The type with this handle; null where there is none.</summary>
    public ObjectType? Get(ulong methodTable)
    {
        int slot = (int)((methodTable * 0x9E3779B97F4A7C15UL) >> 52);
        if (_recentKeys[slot] == methodTable)
            return _recent[slot];
        if (!_types.TryGetValue(methodTable, out ObjectType? type))
        {
            if (_types.Count >= DumpLimits.Types)
                return null;
            _types[methodTable] = type = methodTable == 0 ? null : Ask(methodTable);
        }
        (_recentKeys[slot], _recent[slot]) = (methodTable, type);
        return type;
    }

    /// <summary>Asks about the first object of a type what a walk of the heap asks about each.</summary>
    public void Meet(ulong address)
    {
        ClrObject met = heap.GetObject(address);
        GC.KeepAlive((met.IsValid, met.Size, met.Type?.Name));
    }

    private ObjectType? Ask(ulong methodTable)
    {
        ClrType? type = heap.GetTypeByMethodTable(methodTable);
        if (type is null || type.StaticSize < 2 * ObjectHeader || type.ComponentSize < 0)
            return null;
        // What stands for free space has a name and a size; asked for fields or methods of it, the component of .NET 8 dies.
        if (!type.IsFree)
            interrogation?.AskType(type);
        ObjectRule rule = RuleOf(type);
        return new ObjectType
        {
            MethodTable = methodTable,
            // A string's terminator is no element and not in its base size.
            BaseSize = (uint)type.StaticSize + (rule == ObjectRule.Text ? sizeof(char) : 0u),
            ElementSize = (uint)type.ComponentSize,
            Rule = rule,
            References = rule == ObjectRule.ReferencesOnly ? ReferencesOf(type) : [],
            StackTrace = rule == ObjectRule.Exception ? ObjectHeader + type.Fields.First(f => f.Name == "_stackTrace").Offset : 0,
        };
    }

    private ObjectRule RuleOf(ClrType type)
    {
        if (type.IsFree)
            return ObjectRule.Free;
        if (type.IsString)
            return ObjectRule.Text;
        if (type.IsArray && !type.ContainsPointers)
            return ObjectRule.Blank;
        if (type.IsArray && type.ComponentType is { IsObjectReference: true })
            return ObjectRule.References;
        if (type.IsException && type.Fields.Any(f => f.Name == "_stackTrace"))
            return ObjectRule.Exception;
        return maskFields && HoldsData(type) ? ObjectRule.ReferencesOnly : ObjectRule.Keep;
    }

    /// <summary>Numbers of the program's own types are data, and so are numbers in boxes and in arrays. The framework's own state is none.</summary>
    private bool HoldsData(ClrType type)
    {
        if (type.IsArray)
            return type.ComponentType is not { IsObjectReference: true } && type.Name?.StartsWith("System.Collections.Concurrent.ConcurrentQueueSegment", StringComparison.Ordinal) != true;
        bool isDelegate = type.BaseType?.Name == "System.MulticastDelegate";
        return !isDelegate && (type.IsValueType || !IsFramework(type.Module?.Name));
    }

    private bool IsFramework(string? module)
        => module is not null && (Path.GetDirectoryName(module) == _frameworkFolder || Path.GetFileName(module).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(module).StartsWith("Microsoft.", StringComparison.Ordinal));

    /// <summary>Lets the collector's own description of the type find the references in an object that is all of them.</summary>
    private static int[] ReferencesOf(ClrType type)
    {
        if (!type.ContainsPointers || type.GCDesc.IsEmpty)
            return [];
        int size = (type.StaticSize + type.ComponentSize + 7) & ~7;
        byte[] ones = new byte[size];
        Array.Fill(ones, byte.MaxValue);
        int start = type.IsArray ? type.StaticSize - ObjectHeader : 0;
        return [.. type.GCDesc.WalkObject(ones, size).Select(r => r.Offset - start).Where(o => o >= 0 && (!type.IsArray || o < type.ComponentSize)).Distinct()];
    }
}
