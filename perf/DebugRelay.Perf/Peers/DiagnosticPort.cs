using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace DebugRelay.Perf.Peers;

/// <summary>The runtime's diagnostic port, asked byte by byte: what a tool does, over the target's own socket or over whatever carries it.</summary>
/// <remarks>Format: dotnet/diagnostics, documentation/design-docs/ipc-protocol.md.</remarks>
internal static class DiagnosticPort
{
    private const int HeaderSize = 20;
    private const byte Ok = 0x00;
    private const string BurstProvider = "DebugRelay-Sample-Burst";

    private static ReadOnlySpan<byte> Magic => "DOTNET_IPC_V1\0"u8;

    /// <summary>The path of a process's socket.</summary>
    public static string Of(int pid) => Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{pid}-*-socket").Single();

    /// <summary>Starts a trace of the burst, with rundown, as `dotnet-trace collect` would.</summary>
    /// <returns>The connection, which the stream follows on, and the session's id.</returns>
    public static (Socket Stream, ulong Session) Trace(string path, int bufferMegabytes)
    {
        var payload = new MemoryStream();
        using (var writer = new BinaryWriter(payload, Encoding.Unicode, leaveOpen: true))
        {
            writer.Write(bufferMegabytes);
            writer.Write(1);
            writer.Write(true);
            writer.Write(1);
            writer.Write(ulong.MaxValue);
            writer.Write(5);
            writer.Write(BurstProvider.Length + 1);
            writer.Write(Encoding.Unicode.GetBytes(BurstProvider + '\0'));
            writer.Write(0);
        }
        Socket socket = Connect(path);
        byte[] answer = Ask(socket, 0x02, 0x03, payload.ToArray());
        return (socket, BinaryPrimitives.ReadUInt64LittleEndian(answer));
    }

    /// <summary>Ends a trace; returns when the runtime says that it has.</summary>
    public static void Stop(string path, ulong session)
    {
        byte[] id = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(id, session);
        using Socket socket = Connect(path);
        Ask(socket, 0x02, 0x01, id);
    }

    /// <summary>What the runtime says of itself, on a new connection.</summary>
    public static byte[] ProcessInfo(string path)
    {
        using Socket socket = Connect(path);
        return Ask(socket, 0x04, 0x04, []);
    }

    private static Socket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static byte[] Ask(Socket socket, byte set, byte command, byte[] payload)
    {
        byte[] message = new byte[HeaderSize + payload.Length];
        Magic.CopyTo(message);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(14), (ushort)message.Length);
        (message[16], message[17]) = (set, command);
        payload.CopyTo(message, HeaderSize);
        socket.Send(message);
        byte[] header = Receive(socket, HeaderSize);
        byte[] answer = Receive(socket, BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(14)) - HeaderSize);
        return header[17] == Ok ? answer : throw new InvalidOperationException($"the runtime refused command {set:x2}{command:x2}");
    }

    private static byte[] Receive(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int got = 0; got < count;)
        {
            int more = socket.Receive(bytes, got, count - got, SocketFlags.None);
            got += more > 0 ? more : throw new IOException("the connection ended within an answer");
        }
        return bytes;
    }
}
