using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.Json;
using DebugRelay.Broker.Targets;
using DebugRelay.Broker.Workers;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Unix;

namespace DebugRelay.Broker.Dumps;

/// <summary>The process that reads one dump, sanitises it and has it verified. It ends with its job.</summary>
[SupportedOSPlatform("linux")]
internal sealed class DumpWorkerProcess : IDisposable
{
    private const string Program = "debugrelay-dumpworker";

    private readonly Process _process;
    private readonly DescriptorSocket _socket;

    private readonly LostRights _rights;

    private DumpWorkerProcess(Launched launched)
        => (_process, _socket, _rights) = (launched.Process, new DescriptorSocket(launched.Socket), launched.Rights);

    /// <summary>Starts one.</summary>
    /// <param name="target">The process that is dumped: the debugger's library lies beside its runtime.</param>
    /// <exception cref="WorkerException">It did not start.</exception>
    public static DumpWorkerProcess Start(int target)
        => new(Launcher.Start(Program, RuntimeFolder.Of(target) is { } folder ? [folder] : [], "take"));

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
            if (frame.Type != FrameType.DumpLine)
                return null;
            DumpLine line = frame.Read(ProtocolJson.Default.DumpLine);
            return line.Report is { } report ? line with { Report = report with { Isolation = IsolationLog.Enter(_rights, report.Isolation) } } : line;
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
