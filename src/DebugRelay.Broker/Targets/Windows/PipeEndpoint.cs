using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Principal;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Windows;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.Broker.Targets.Windows;

/// <summary>A process and the pipe that its runtime listens on. Its name says the pid alone, and anybody may make a pipe of any name: Windows is asked whose it is.</summary>
[SupportedOSPlatform("windows")]
internal sealed partial record PipeEndpoint(TargetProcess Process) : DiagnosticEndpoint(Process)
{
    /// <inheritdoc/>
    public override Stream Connect()
    {
        int pid = Process.Pid;
        using WindowsProcess? open = WindowsProcess.Open(pid);
        if (open?.StartTime != Process.StartTime)
            throw new TargetException(ErrorCode.TargetGone, $"process {pid} is gone");
        // Whoever listens learns nothing of us, and cannot act as us.
        var pipe = new NamedPipeClientStream(".", RuntimePipe.NameOf(pid), PipeDirection.InOut, PipeOptions.Asynchronous, TokenImpersonationLevel.Anonymous);
        try
        {
            pipe.Connect(Limits.TargetAnswer);
            if (!GetNamedPipeServerProcessId(pipe.SafePipeHandle, out uint server) || server != pid)
                throw new TargetException(ErrorCode.TargetFailed, $"another process (pid {server}) listens on the diagnostic pipe of process {pid}");
            int limit = (int)Limits.TargetAnswer.TotalMilliseconds;
            return new TimedPipeStream(pipe) { ReadTimeout = limit, WriteTimeout = limit };
        }
        catch (Exception e) when (e is IOException or TimeoutException or UnauthorizedAccessException)
        {
            pipe.Dispose();
            throw new TargetException(ErrorCode.TargetFailed, $"process {pid} does not take a connection on its diagnostic pipe ({e.GetType().Name})");
        }
        catch
        {
            pipe.Dispose();
            throw;
        }
    }

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetNamedPipeServerProcessId(SafePipeHandle pipe, out uint pid);
}
