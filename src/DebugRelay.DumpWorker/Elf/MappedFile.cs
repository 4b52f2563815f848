using System.IO.MemoryMappedFiles;

namespace DebugRelay.DumpWorker.Elf;

/// <summary>A file mapped read-only: bytes by offset, with every access inside the file.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    /// <param name="file">A regular file; it stays open and is the caller's.</param>
    /// <exception cref="DumpException">The file is empty.</exception>
    public MappedFile(FileStream file)
    {
        Length = file.Length;
        if (Length == 0)
            throw new DumpException(DumpException.BadDump, "the file is empty");
        _file = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <exception cref="DumpException">The range is not inside the file.</exception>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        if (offset < 0 || length < 0 || offset > Length - length)
            throw new DumpException(DumpException.BadDump, "a table of the dump points outside the file");
        return new ReadOnlySpan<byte>(_start + offset, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
