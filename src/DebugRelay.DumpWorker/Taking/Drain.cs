using System.Diagnostics;
using DebugRelay.DumpWorker.Output;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.DumpWorker.Taking;

/// <summary>Reads a FIFO into a file as fast as memory and disk allow: every thread of the target stands still meanwhile.</summary>
internal static class Drain
{
    private const int Window = 1024 * 1024;
    private static readonly TimeSpan Pulse = TimeSpan.FromMilliseconds(200);

    /// <param name="fifo">Opened for reading without waiting for a writer.</param>
    /// <param name="file">An empty file.</param>
    /// <param name="most">Bytes at most.</param>
    /// <param name="onBytes">Told how many came: the first at once, then a few times a second.</param>
    /// <param name="isUnwanted">Whether the bytes are to be thrown away from now on.</param>
    /// <returns>Bytes of the file.</returns>
    /// <exception cref="DumpException">It is larger than it may be, or cannot be written. The FIFO is then closed, and its writer ends.</exception>
    public static long Run(SafeFileHandle fifo, SafeFileHandle file, long most, Action<long> onBytes, Func<bool> isUnwanted)
    {
        while (!SystemCalls.WaitForBytes(fifo, Pulse))
        {
            // Nobody has opened it for writing yet. The broker ends this process when that takes too long.
        }
        SystemCalls.PrepareFifo(fifo, Window);
        byte[] buffer = new byte[Window];
        long bytes = 0, told = 0;
        while (SystemCalls.Read(fifo, buffer) is > 0 and var read)
        {
            if (isUnwanted())
                continue;
            if (bytes + read > most)
                throw new DumpException(DumpException.Storage, $"the dump is larger than the {most >> 20} MB that the host has room for; it was given up");
            Write(file, buffer.AsSpan(0, read), bytes);
            bytes += read;
            if (told == 0 || Stopwatch.GetElapsedTime(told) >= Pulse)
            {
                onBytes(bytes);
                told = Stopwatch.GetTimestamp();
            }
        }
        return bytes > 0 ? bytes : throw new DumpException(DumpException.BadDump, "the target wrote no dump");
    }

    private static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(file, bytes, offset);
        }
        catch (IOException e)
        {
            throw new DumpException(DumpException.Storage, $"the raw dump could not be kept on the host: {e.Message}", e);
        }
    }
}
