using System.Net.Sockets;
using System.Runtime.Versioning;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Unix;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.Broker.Targets;

/// <summary>A process and the diagnostic socket that bears its name.</summary>
[SupportedOSPlatform("linux")]
internal sealed record UnixEndpoint(string Path, TargetProcess Process) : DiagnosticEndpoint(Process)
{
    /// <summary>The folder of the socket, as the target sees files.</summary>
    public string FolderInTarget { get; init; } = System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>Whether the target sees other files than this process does: the socket then lies in its root.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>Where the process calls us; null where we connect to its socket.</summary>
    public CallingTargets? Port { get; init; }

    /// <inheritdoc/>
    public override Stream Connect()
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
            return new NetworkStream(socket, ownsSocket: true);
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
