using System.Buffers.Binary;
using System.Text;

namespace DebugRelay.Cli.Forwarding;

/// <summary>One message of the runtime's Diagnostics IPC, as a tool sends it. It is read whole and never passed on.</summary>
/// <remarks>Format: dotnet/diagnostics, documentation/design-docs/ipc-protocol.md. All numbers are little-endian.</remarks>
/// <param name="Command">The command's set, then its number.</param>
/// <param name="Payload">At most 65,515 bytes.</param>
internal sealed record IpcMessage(IpcCommand Command, byte[] Payload)
{
    private const int HeaderSize = 20;
    private const ushort Ok = 0xFF00;
    private const ushort Error = 0xFFFF;

    private static ReadOnlySpan<byte> Magic => "DOTNET_IPC_V1\0"u8;

    /// <summary>Reads one message.</summary>
    /// <returns>Null where the tool left without one.</returns>
    /// <exception cref="IpcException">It is no message.</exception>
    public static async Task<IpcMessage?> ReadAsync(Stream tool, CancellationToken cancellation)
    {
        byte[] header = new byte[HeaderSize];
        if (await tool.ReadAtLeastAsync(header, HeaderSize, throwOnEndOfStream: false, cancellation) < HeaderSize)
            return null;
        if (!header.AsSpan().StartsWith(Magic))
            throw new IpcException(IpcError.UnknownMagic, "what came is no message of the diagnostics protocol");
        int size = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(14));
        if (size < HeaderSize)
            throw new IpcException(IpcError.BadEncoding, "a message's size does not cover its header");
        byte[] payload = new byte[size - HeaderSize];
        await tool.ReadExactlyAsync(payload, cancellation);
        return new IpcMessage((IpcCommand)BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(16)), payload);
    }

    /// <summary>Yes, and what was asked for.</summary>
    public static byte[] Answer(ReadOnlySpan<byte> payload) => Build(Ok, payload);

    /// <summary>No, and why. Only tools that ask for a dump show the text.</summary>
    public static byte[] Refusal(IpcError error, string? text = null)
    {
        var payload = new PayloadWriter();
        payload.UInt32((uint)error);
        if (text is not null)
            payload.String(text);
        return Build(Error, payload.Written);
    }

    private static byte[] Build(ushort command, ReadOnlySpan<byte> payload)
    {
        byte[] message = new byte[HeaderSize + payload.Length];
        Magic.CopyTo(message);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(14), checked((ushort)message.Length));
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(16), command);
        payload.CopyTo(message.AsSpan(HeaderSize));
        return message;
    }
}

/// <summary>The commands that a tool may send; the high byte is the set.</summary>
internal enum IpcCommand : ushort
{
    Dump = 0x0101,
    Dump2 = 0x0102,
    Dump3 = 0x0103,
    StopTracing = 0x0201,
    CollectTracing = 0x0202,
    CollectTracing2 = 0x0203,
    CollectTracing3 = 0x0204,
    CollectTracing4 = 0x0205,
    CollectTracing5 = 0x0206,
    AttachProfiler = 0x0301,
    StartupProfiler = 0x0302,
    ProcessInfo = 0x0400,
    ResumeRuntime = 0x0401,
    ProcessEnvironment = 0x0402,
    SetEnvironmentVariable = 0x0403,
    ProcessInfo2 = 0x0404,
    EnablePerfMap = 0x0405,
    DisablePerfMap = 0x0406,
    ApplyStartupHook = 0x0407,
    ProcessInfo3 = 0x0408,
}

/// <summary>HRESULTs that tools know.</summary>
internal enum IpcError : uint
{
    /// <summary>Something failed.</summary>
    Failed = 0x80004005,

    /// <summary>The host said no.</summary>
    AccessDenied = 0x80070005,

    InvalidArgument = 0x80070057,
    BadEncoding = 0x80131384,

    /// <summary>A tool then tries an older command, or goes on without.</summary>
    UnknownCommand = 0x80131385,

    UnknownMagic = 0x80131386,
}

/// <summary>A message that gets an error for an answer.</summary>
/// <param name="error">What the tool is told.</param>
/// <param name="message">What the user is told, one line.</param>
internal sealed class IpcException(IpcError error, string message) : Exception(message)
{
    public IpcError Error { get; } = error;
}

/// <summary>Reads a message's fields in their order.</summary>
/// <param name="payload">All of them.</param>
internal ref struct PayloadReader(ReadOnlySpan<byte> payload)
{
    private ReadOnlySpan<byte> _rest = payload;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <exception cref="IpcException">The message is too short.</exception>
    public bool Boolean() => Take(1)[0] != 0;

    /// <inheritdoc cref="Boolean"/>
    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <inheritdoc cref="Boolean"/>
    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>u32 count of UTF-16 units with their NUL, then the units; 0 and nothing for an empty one.</summary>
    /// <inheritdoc cref="Boolean"/>
    public string String()
    {
        uint units = UInt32();
        if (units > _rest.Length / 2)
            throw Short();
        string text = Encoding.Unicode.GetString(Take((int)units * 2));
        return text.EndsWith('\0') ? text[..^1] : text;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw Short();
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static IpcException Short() => new(IpcError.BadEncoding, "a message is shorter than its fields");
}

/// <summary>Writes a message's fields.</summary>
internal sealed class PayloadWriter
{
    private readonly MemoryStream _bytes = new();

    public ReadOnlySpan<byte> Written => _bytes.GetBuffer().AsSpan(0, (int)_bytes.Length);

    public void UInt16(ushort value) => Write(value, sizeof(ushort));

    public void UInt32(uint value) => Write(value, sizeof(uint));

    public void UInt64(ulong value) => Write(value, sizeof(ulong));

    public void Guid(Guid value) => _bytes.Write(value.ToByteArray());

    /// <summary>With a terminator that counts; an empty one is its count alone.</summary>
    public void String(string text)
    {
        UInt32(text.Length == 0 ? 0 : (uint)text.Length + 1);
        if (text.Length > 0)
            _bytes.Write(Encoding.Unicode.GetBytes(text + '\0'));
    }

    private void Write(ulong value, int size)
    {
        for (int i = 0; i < size; i++)
            _bytes.WriteByte((byte)(value >> (8 * i)));
    }
}
