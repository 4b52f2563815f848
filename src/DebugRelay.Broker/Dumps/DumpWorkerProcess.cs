using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using DebugRelay.Broker.Workers;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Unix;

namespace DebugRelay.Broker.Dumps;

/// <summary>The process that reads one dump, sanitises it and has it verified. It ends with its job.</summary>
internal sealed class DumpWorkerProcess : IDisposable
{
    private const string Program = "debugrelay-dumpworker";

    private readonly Process _process;
    private readonly DescriptorSocket _socket;

    private DumpWorkerProcess(Process process, DescriptorSocket socket) => (_process, _socket) = (process, socket);

    /// <summary>Starts one.</summary>
    /// <param name="folder">A folder of ours alone: the socket between us lies there while it starts.</param>
    /// <exception cref="WorkerException">It did not start.</exception>
    public static async Task<DumpWorkerProcess> StartAsync(string folder)
    {
        using var limit = new CancellationTokenSource(Limits.ProcessStart);
        string path = Path.Combine(folder, $"d{Guid.NewGuid():n}"[..10]);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listener.Listen(1);
        Process process = WorkerProcess.Launch(Program, "take", path);
        try
        {
            return new DumpWorkerProcess(process, await WorkerProcess.AcceptAsync(listener, process, limit.Token));
        }
        catch (Exception e)
        {
            End(process);
            throw e as WorkerException ?? new WorkerException(ErrorCode.WorkerGone, $"the process that sanitises dumps could not be started: {e.Message}");
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Gives it its job. The descriptors are duplicated: the caller still owns its own.</summary>
    /// <exception cref="WorkerException">It is gone.</exception>
    public async Task OrderAsync(DumpJob job, params SafeHandle[] files)
    {
        try
        {
            await _socket.SendAsync(FrameType.DumpJob, JsonSerializer.SerializeToUtf8Bytes(job, ProtocolJson.Default.DumpJob), files, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new WorkerException(ErrorCode.WorkerGone, "the process that sanitises dumps died");
        }
    }

    /// <summary>What it says next; null when it is gone.</summary>
    public async Task<DumpLine?> NextAsync()
    {
        try
        {
            if (await _socket.ReceiveAsync(CancellationToken.None) is not var (frame, descriptors))
                return null;
            Array.ForEach(descriptors, d => d.Dispose());
            return frame.Type == FrameType.DumpLine ? frame.Read(ProtocolJson.Default.DumpLine) : null;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or ProtocolException)
        {
            return null;
        }
    }

    /// <summary>Ends it, with the process that verifies for it.</summary>
    public void Dispose()
    {
        End(_process);
        _socket.Dispose();
    }

    private static void End(Process process)
    {
        using (process)
        {
            try
            {
                process.Kill(entireProcessTree: true);
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
            {
                // It has ended by itself.
            }
        }
    }
}
