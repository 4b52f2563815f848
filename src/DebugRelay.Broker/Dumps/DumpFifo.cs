using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using DebugRelay.Broker.Targets;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.Broker.Dumps;

/// <summary>
/// The FIFO that a target's createdump writes into: in a fresh folder that the target's user alone may enter, beside the target's diagnostic socket, as the
/// target sees files. It has its name until the first bytes come.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class DumpFifo : IDisposable
{
    private const string Name = "core";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly SafeFileHandle _parent;
    private readonly SafeFileHandle _folder;
    private readonly string _folderName;
    private readonly DumpTrace _trace;
    private int _removed;

    private DumpFifo(SafeFileHandle parent, SafeFileHandle folder, string folderName, string path, SafeFileHandle readEnd, DumpTrace trace)
        => (_parent, _folder, _folderName, PathInTarget, ReadEnd, _trace) = (parent, folder, folderName, path, readEnd, trace);

    /// <summary>Its path as the target sees files.</summary>
    public string PathInTarget { get; }

    /// <summary>Opened for reading without waiting for a writer.</summary>
    public SafeFileHandle ReadEnd { get; }

    /// <summary>Makes it.</summary>
    /// <param name="endpoint">The target.</param>
    /// <param name="traces">Remembers it, so that a broker that comes after a crash can find it.</param>
    /// <exception cref="TargetException">It cannot be made there.</exception>
    public static DumpFifo Create(UnixEndpoint endpoint, DumpTraces traces)
    {
        TargetProcess process = endpoint.Process;
        string folderName = $"debugrelay-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        DumpTrace? trace = null;
        SafeFileHandle? parent = null;
        try
        {
            (uint user, uint group) = (ProcessFacts.Uid(process.Pid), ProcessFacts.Gid(process.Pid));
            parent = UnixCalls.OpenFolderIn(RootOf(process.Pid), endpoint.FolderInTarget);
            trace = traces.Begin(new DumpTraceDocument(process.Pid, process.StartTime, endpoint.FolderInTarget, folderName));
            SafeFileHandle folder = UnixCalls.MakeFolder(parent, folderName, user, group);
            SafeFileHandle readEnd = UnixCalls.MakeFifo(folder, Name, user, group);
            return new DumpFifo(parent, folder, folderName, $"{endpoint.FolderInTarget.TrimEnd('/')}/{folderName}/{Name}", readEnd, trace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            parent?.Dispose();
            trace?.Dispose();
            throw new TargetException(ErrorCode.TargetFailed, $"no place for its dump could be made in the file system of process {process.Pid}: {e.Message}");
        }
    }

    /// <summary>Takes its name away: whoever has it open goes on.</summary>
    public void Remove()
    {
        if (Interlocked.Exchange(ref _removed, 1) != 0)
            return;
        UnixCalls.Remove(_folder, Name, isFolder: false);
        UnixCalls.Remove(_parent, _folderName, isFolder: true);
        _trace.Dispose();
    }

    /// <summary>
    /// Lets a writer go that waits for a reader who is gone: createdump would wait for ever, and with it every thread of the target. Returns when the target
    /// is done.
    /// </summary>
    /// <param name="written">Completes when the target has answered.</param>
    public async Task ReleaseAsync(Task written)
    {
        if (Volatile.Read(ref _removed) != 0)
            return;
        using SafeFileHandle end = UnixCalls.OpenFifo(_folder, Name);
        while (!written.IsCompleted && !UnixCalls.WaitForBytes(end, TimeSpan.Zero))
            await Task.WhenAny(written, Task.Delay(Look));
    }

    /// <summary>Does the same for a FIFO that a broker left which is no more.</summary>
    public static async Task ReleaseLeftAsync(DumpTraceDocument left)
    {
        try
        {
            using SafeFileHandle parent = UnixCalls.OpenFolderIn(RootOf(left.Pid), left.Folder);
            using SafeFileHandle folder = UnixCalls.OpenFolderIn(RootOf(left.Pid), $"{left.Folder.TrimEnd('/')}/{left.Name}");
            using SafeFileHandle end = UnixCalls.OpenFifo(folder, Name);
            // A writer that has it open gets an error and ends; one that is about to open it does so while this waits.
            for (int i = 0; i < Limits.DumpTaking / Look && !UnixCalls.WaitForBytes(end, TimeSpan.Zero); i++)
                await Task.Delay(Look);
            UnixCalls.Remove(folder, Name, isFolder: false);
            UnixCalls.Remove(parent, left.Name, isFolder: true);
        }
        catch (IOException)
        {
            // It is gone, or the process is.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Remove();
        ReadEnd.Dispose();
        _folder.Dispose();
        _parent.Dispose();
    }

    private static string RootOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root");
}
