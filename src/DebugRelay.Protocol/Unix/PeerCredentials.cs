using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace DebugRelay.Protocol.Unix;

/// <summary>Who is at the other end of a Unix socket, as the kernel says (SO_PEERCRED, unix(7)).</summary>
/// <param name="Pid">Process id; for a listener's side the process that called listen.</param>
/// <param name="Uid">User id.</param>
/// <param name="Gid">Group id.</param>
[SupportedOSPlatform("linux")]
public readonly record struct PeerCredentials(int Pid, uint Uid, uint Gid)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>Reads the credentials of a connected Unix socket's peer.</summary>
    /// <exception cref="SocketException">The socket is none that has them.</exception>
    public static PeerCredentials Of(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        return new PeerCredentials(
            Read(credentials), unchecked((uint)Read(credentials[4..])), unchecked((uint)Read(credentials[8..])));
    }

    private static int Read(ReadOnlySpan<byte> field)
        => BitConverter.IsLittleEndian ? BinaryPrimitives.ReadInt32LittleEndian(field) : BinaryPrimitives.ReadInt32BigEndian(field);
}
