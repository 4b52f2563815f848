using System.Net.Sockets;

namespace DebugRelay.Protocol;

/// <summary>A connection between our own programs is broken: the other end is gone.</summary>
public sealed class PeerGoneException(IOException cause) : IOException(cause.Message, cause);

/// <summary>Why a read or a write failed.</summary>
public static class ConnectionErrors
{
    /// <summary>Whether the connection's time limit passed.</summary>
    public static bool IsTimeout(this IOException error)
        => error?.InnerException is TimeoutException or SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock };

    /// <summary>One word for it, without anything of the peer's.</summary>
    public static string Word(this IOException error)
        => error?.InnerException is SocketException socket ? socket.SocketErrorCode.ToString() : error?.GetType().Name ?? "";
}
