using DebugRelay.DumpWorker.Elf;
using Microsoft.Diagnostics.Runtime;

namespace DebugRelay.DumpWorker.Clr;

/// <summary>A dump opened with ClrMD and the runtime's data access component; every byte that either reads is recorded.</summary>
internal sealed class LoadedRuntime : IDisposable
{
    private readonly DataTarget _files;
    private readonly DataTarget _target;

    private LoadedRuntime(DataTarget files, DataTarget target, RecordingReader reader, ClrRuntime runtime)
        => (_files, _target, Reader, Runtime) = (files, target, reader, runtime);

    /// <summary>The reader, with what was recorded.</summary>
    public RecordingReader Reader { get; }

    /// <summary>The runtime.</summary>
    public ClrRuntime Runtime { get; }

    /// <param name="core">The dump.</param>
    /// <param name="file">The same dump as a file.</param>
    /// <param name="dacPath">A component whose build was found to be the right one.</param>
    /// <param name="isRecording">Whether what is read is to be noted.</param>
    /// <exception cref="DumpException">The runtime in the dump cannot be read.</exception>
    public static LoadedRuntime Open(CoreFile core, FileStream file, string dacPath, bool isRecording)
    {
        var options = new DataTargetOptions { FileLocator = new NoFiles(), SymbolPaths = [] };
        DataTarget files = DataTarget.LoadDump("dump", file, leaveOpen: true, options);
        var reader = new RecordingReader(core, files.DataReader, isRecording);
        var target = new DataTarget(reader, options);
        try
        {
            ClrInfo info = target.ClrVersions.FirstOrDefault() ?? throw new DumpException(DumpException.BadDump, "the dump holds no .NET runtime that can be read");
            return new LoadedRuntime(files, target, reader, info.CreateRuntime(dacPath, ignoreMismatch: true));
        }
        catch
        {
            target.Dispose();
            files.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Runtime.Dispose();
        _target.Dispose();
        _files.Dispose();
    }
}
