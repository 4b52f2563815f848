using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DebugRelay.DumpWorker.Elf;
using Microsoft.Diagnostics.Runtime;
using Microsoft.Diagnostics.Runtime.DataReaders.Implementation;

namespace DebugRelay.DumpWorker.Clr;

/// <summary>What ClrMD and the runtime's data access component (DAC) read through, with a note of every byte of memory that they read.</summary>
/// <param name="core">The memory.</param>
/// <param name="inner">ClrMD's own reader, for modules and registers.</param>
/// <param name="isRecording">Whether what is read is to be noted; whoever only compares does without.</param>
internal sealed class RecordingReader(CoreFile core, IDataReader inner, bool isRecording) : IDataReader, IThreadReader
{
    /// <summary>What was read so far.</summary>
    public RecordedBytes Recorded { get; } = new();

    /// <inheritdoc/>
    public string DisplayName => "dump";

    /// <inheritdoc/>
    public bool IsThreadSafe => true;

    /// <inheritdoc/>
    public OSPlatform TargetPlatform => inner.TargetPlatform;

    /// <inheritdoc/>
    public Architecture Architecture => inner.Architecture;

    /// <inheritdoc/>
    public int ProcessId => inner.ProcessId;

    /// <inheritdoc/>
    public int PointerSize => 8;

    /// <inheritdoc/>
    public IEnumerable<ModuleInfo> EnumerateModules() => inner.EnumerateModules();

    /// <inheritdoc/>
    public bool GetThreadContext(uint threadID, uint contextFlags, Span<byte> context) => inner.GetThreadContext(threadID, contextFlags, context);

    /// <inheritdoc/>
    public IEnumerable<uint> EnumerateOSThreadIds() => core.Notes.Threads.Select(t => t.Id);

    /// <inheritdoc/>
    public ulong GetThreadTeb(uint osThreadId) => 0;

    /// <inheritdoc/>
    public void FlushCachedData()
    {
    }

    /// <inheritdoc/>
    public int Read(ulong address, Span<byte> buffer)
    {
        int read = core.Read(address, buffer);
        if (isRecording && read > 0)
            Recorded.Add(address, read);
        return read;
    }

    /// <inheritdoc/>
    public bool Read<T>(ulong address, out T value)
        where T : unmanaged
    {
        value = default;
        return Read(address, MemoryMarshal.AsBytes(new Span<T>(ref value))) == Unsafe.SizeOf<T>();
    }

    /// <inheritdoc/>
    public T Read<T>(ulong address)
        where T : unmanaged
        => Read(address, out T value) ? value : default;

    /// <inheritdoc/>
    public bool ReadPointer(ulong address, out ulong value) => Read(address, out value);

    /// <inheritdoc/>
    public ulong ReadPointer(ulong address) => Read<ulong>(address);
}
