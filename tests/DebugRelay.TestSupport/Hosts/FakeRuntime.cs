using System.Buffers.Binary;
using System.Net.Sockets;

namespace DebugRelay.TestSupport.Hosts;

/// <summary>The test's own process as a target that behaves as the test likes: its diagnostic socket lies in a folder that the host looks into first.</summary>
public sealed class FakeRuntime : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <param name="folder">The TMPDIR of the host that is to find it.</param>
    public FakeRuntime(string folder)
    {
        ulong startTime = HostProcesses.StartTimeOf(Environment.ProcessId);
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, $"dotnet-diagnostic-{Environment.ProcessId}-{startTime}-socket")));
        _listener.Listen();
    }

    /// <summary>Whether a connection of the host waits.</summary>
    public bool IsAsked => _listener.Poll(0, SelectMode.SelectRead);

    /// <summary>The next connection of the host.</summary>
    public ValueTask<Socket> AcceptAsync(CancellationToken cancellation) => _listener.AcceptAsync(cancellation);

    /// <summary>Says that a session runs.</summary>
    public static void AcceptTrace(Socket host)
    {
        byte[] reply = new byte[28];
        "DOTNET_IPC_V1\0"u8.CopyTo(reply);
        BinaryPrimitives.WriteUInt16LittleEndian(reply.AsSpan(14), (ushort)reply.Length);
        reply[16] = 0xFF;
        reply[20] = 1;
        host.Send(reply);
    }

    public void Dispose() => _listener.Dispose();
}
