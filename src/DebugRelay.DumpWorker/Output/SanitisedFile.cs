using Microsoft.Win32.SafeHandles;

namespace DebugRelay.DumpWorker.Output;

/// <summary>The dump that is made: all zero at first, and only what was let through is ever written to it.</summary>
internal sealed class SanitisedFile
{
    private const int Page = 4096;

    private readonly SafeFileHandle _file;

    /// <param name="file">An empty file; it is the caller's.</param>
    /// <param name="length">Bytes, as many as the raw dump has.</param>
    public SanitisedFile(SafeFileHandle file, long length)
    {
        _file = file;
        Length = length;
        RandomAccess.SetLength(file, length);
    }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>Bytes written that are not part of a page of zeros.</summary>
    public long Written { get; private set; }

    /// <summary>Writes bytes, leaving out whole pages of zeros: they are holes of the file.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int zeros = ZeroPages(bytes);
            offset += zeros;
            bytes = bytes[zeros..];
            int data = DataPages(bytes);
            if (data > 0)
                RandomAccess.Write(_file, bytes[..data], offset);
            Written += data;
            offset += data;
            bytes = bytes[data..];
        }
    }

    private static int ZeroPages(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (at < bytes.Length && IsZero(bytes.Slice(at, Math.Min(Page, bytes.Length - at))))
            at += Math.Min(Page, bytes.Length - at);
        return at;
    }

    private static int DataPages(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (at < bytes.Length && !IsZero(bytes.Slice(at, Math.Min(Page, bytes.Length - at))))
            at += Math.Min(Page, bytes.Length - at);
        return at;
    }

    private static bool IsZero(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyExcept((byte)0) < 0;
}
