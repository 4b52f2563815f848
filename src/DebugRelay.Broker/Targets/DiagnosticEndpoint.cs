using System.Net.Sockets;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Unix;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.Broker.Targets;

/// <summary>A process and the diagnostic socket that bears its name.</summary>
internal sealed record DiagnosticEndpoint(string Path, TargetProcess Process)
{
    /// <summary>The folder of the socket, as the target sees files.</summary>
    public string FolderInTarget { get; init; } = System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>Whether the target sees other files than this process does: the socket then lies in its root.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>Where the process calls us; null where we connect to its socket.</summary>
    public CallingTargets? Port { get; init; }

    /// <summary>Connects, and makes sure that the process meant is the one that listens.</summary>
    /// <returns>A blocking socket with the time limits of a target.</returns>
    /// <exception cref="TargetException">The process is gone, does not listen, or another listens in its place.</exception>
    public Socket Connect()
    {
        if (Port is not null)
            return ProcessFacts.StartTime(Process.Pid) == Process.StartTime ? Port.Take(Process) : throw new TargetException(ErrorCode.TargetGone, $"process {Process.Pid} is gone");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.SendTimeout = socket.ReceiveTimeout = (int)Limits.TargetAnswer.TotalMilliseconds;
            using SafeFileHandle? folder = IsElsewhere ? UnixCalls.OpenFolderIn($"/proc/{Process.Pid}/root", FolderInTarget) : null;
            socket.Connect(new UnixDomainSocketEndPoint(folder is null ? Path : $"/proc/self/fd/{folder.DangerousGetHandle()}/{System.IO.Path.GetFileName(Path)}"));
            CheckPeer(PeerCredentials.Of(socket));
            return socket;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            socket.Dispose();
            bool gone = ProcessFacts.StartTime(Process.Pid) != Process.StartTime;
            throw new TargetException(gone ? ErrorCode.TargetGone : ErrorCode.TargetFailed,
                gone ? $"process {Process.Pid} is gone" : $"process {Process.Pid} does not take a connection on its diagnostic socket ({(e as SocketException)?.SocketErrorCode})");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void CheckPeer(PeerCredentials peer)
    {
        if (ProcessFacts.StartTime(Process.Pid) != Process.StartTime)
            throw new TargetException(ErrorCode.TargetGone, $"process {Process.Pid} is gone");
        if (peer.Pid != Process.Pid || peer.Uid != ProcessFacts.Uid(Process.Pid))
            throw new TargetException(ErrorCode.TargetFailed, $"another process (pid {peer.Pid}, uid {peer.Uid}) listens on the diagnostic socket of process {Process.Pid}");
    }
}

/// <summary>A target could not be reached, or did not do what was asked.</summary>
internal sealed class TargetException(string code, string message) : Exception(message)
{
    /// <summary>One of <see cref="ErrorCode"/>.</summary>
    public string Code { get; } = code;
}
