using System.Buffers.Binary;
using DebugRelay.NetTrace;

namespace DebugRelay.Cli.Observing;

/// <summary>What a process's addresses are called: its methods, as its runtime tells of them.</summary>
internal sealed class MethodNames
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const string Rundown = "Microsoft-Windows-DotNETRuntimeRundown";

    // Method id, module id, start, size, token, flags.
    private const int MethodHead = 36;

    private readonly List<Method> _methods = [];
    private readonly Dictionary<ulong, string> _modules = [];
    private bool _isSorted = true;

    /// <summary>How many methods are known.</summary>
    public int Count => _methods.Count;

    /// <summary>Takes over what the event tells of methods and modules, if anything.</summary>
    public void Observe(NetTraceEvent each)
    {
        switch (each.Type.Provider, each.Type.EventId)
        {
            case (Runtime, 143) or (Rundown, 143 or 144):
                AddMethod(each);
                break;
            case (Runtime, 151 or 152) or (Rundown, 151 or 152 or 153 or 154):
                AddModule(each);
                break;
        }
    }

    /// <summary>The method that the address lies in; null where none is known.</summary>
    public MethodName? Find(ulong address)
    {
        if (!_isSorted)
            _methods.Sort((a, b) => a.Start.CompareTo(b.Start));
        _isSorted = true;
        int at = IndexOf(address);
        if (at < 0 || address - _methods[at].Start >= _methods[at].Size)
            return null;
        Method method = _methods[at];
        return new MethodName(_modules.GetValueOrDefault(method.Module, ""), method.Type, method.Name, method.Parameters);
    }

    /// <summary>The last method that begins at or before the address; -1 where there is none.</summary>
    private int IndexOf(ulong address)
    {
        (int low, int high) = (0, _methods.Count - 1);
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (_methods[middle].Start <= address)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return high;
    }

    private void AddMethod(NetTraceEvent each)
    {
        if (each.Payload.Length < MethodHead || !each.TryGetValues(out EventValues values))
            return;
        ulong module = BinaryPrimitives.ReadUInt64LittleEndian(each.Payload[8..]);
        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(each.Payload[16..]);
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(each.Payload[24..]);
        _methods.Add(new Method(start, size, module, Text(values, "MethodNamespace"), Text(values, "MethodName"), Text(values, "MethodSignature")));
        _isSorted = false;
    }

    private void AddModule(NetTraceEvent each)
    {
        if (each.Payload.Length >= sizeof(ulong) && each.TryGetValues(out EventValues values) && Text(values, "ModuleILPath") is { Length: > 0 } path)
            _modules[BinaryPrimitives.ReadUInt64LittleEndian(each.Payload)] = Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
    }

    private static string Text(EventValues values, string field)
    {
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i].Name == field)
                return values.Text(i).ToString();
        }
        return "";
    }

    private readonly record struct Method(ulong Start, uint Size, ulong Module, string Type, string Name, string Signature)
    {
        /// <summary>`instance void  (class System.String,int32)` → `System.String,int32`.</summary>
        public string Parameters
        {
            get
            {
                int open = Signature.IndexOf('(', StringComparison.Ordinal);
                int close = Signature.LastIndexOf(')');
                return open < 0 || close < open
                    ? ""
                    : Signature[(open + 1)..close].Replace("class ", "", StringComparison.Ordinal).Replace("value ", "", StringComparison.Ordinal).Replace("valuetype ", "", StringComparison.Ordinal);
            }
        }
    }
}

/// <summary>A method's name.</summary>
/// <param name="Module">The assembly's file name without its ending; empty where it is not known.</param>
/// <param name="Type">With its namespace.</param>
/// <param name="Name">The method's.</param>
/// <param name="Parameters">Types, separated by commas.</param>
internal readonly record struct MethodName(string Module, string Type, string Name, string Parameters)
{
    /// <summary>`Module!Namespace.Type.Name(Parameters)`, as dotnet-stack writes frames.</summary>
    public override string ToString() => $"{(Module.Length > 0 ? $"{Module}!" : "")}{Type}{(Type.Length > 0 ? "." : "")}{Name}({Parameters})";
}
