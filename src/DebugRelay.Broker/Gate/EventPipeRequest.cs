using System.Buffers.Binary;
using System.Text;

namespace DebugRelay.Broker.Gate;

/// <summary>A checked EventPipe session, as it will be asked of a runtime.</summary>
/// <param name="Providers">At least one.</param>
/// <param name="BufferMegabytes">The runtime's buffer: the target pays for it.</param>
/// <param name="Rundown">Whether the names of methods come at the end.</param>
/// <param name="Duration">How long; the broker stops it then.</param>
/// <param name="Stacks">Whether events come with their stacks; runtimes before .NET 8 send them always.</param>
internal sealed record EventPipeRequest(IReadOnlyList<EventPipeProvider> Providers, int BufferMegabytes, bool Rundown, TimeSpan Duration, bool Stacks = true)
{
    private const uint NetTraceFormat = 1;

    /// <summary>The payload of CollectTracing3 (with the switch for stacks), else of CollectTracing2.</summary>
    public byte[] Encode(bool withStackSwitch)
    {
        var payload = new MemoryStream();
        WriteUInt32(payload, (uint)BufferMegabytes);
        WriteUInt32(payload, NetTraceFormat);
        payload.WriteByte(Rundown ? (byte)1 : (byte)0);
        if (withStackSwitch)
            payload.WriteByte(Stacks ? (byte)1 : (byte)0);
        WriteUInt32(payload, (uint)Providers.Count);
        Span<byte> keywords = stackalloc byte[8];
        foreach (EventPipeProvider provider in Providers)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(keywords, provider.Keywords);
            payload.Write(keywords);
            WriteUInt32(payload, provider.Level);
            WriteString(payload, provider.Name);
            WriteString(payload, provider.Arguments);
        }
        return payload.ToArray();
    }

    /// <summary>Count of UTF-16 units with the NUL, then the units; an empty string is the count 0 alone.</summary>
    private static void WriteString(MemoryStream payload, string text)
    {
        WriteUInt32(payload, text.Length == 0 ? 0 : (uint)text.Length + 1);
        if (text.Length > 0)
            payload.Write(Encoding.Unicode.GetBytes(text + '\0'));
    }

    private static void WriteUInt32(MemoryStream payload, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        payload.Write(bytes);
    }
}

/// <summary>A provider as a runtime takes it.</summary>
/// <param name="Name">For instance `System.Runtime`.</param>
/// <param name="Keywords">Bit mask.</param>
/// <param name="Level">0 (always) to 5 (verbose).</param>
/// <param name="Arguments">`key=value;…`, or empty.</param>
internal sealed record EventPipeProvider(string Name, ulong Keywords, uint Level, string Arguments);
