using System.Globalization;

namespace DebugRelay.FunctionalTests.Access;

/// <summary>Searches what a live process has in its memory, as the kernel gives it (proc(5)).</summary>
internal static class ProcessMemory
{
    private const int Window = 1 << 20;

    /// <summary>Which of the texts are in the process's writable memory.</summary>
    public static HashSet<int> Find(int pid, IReadOnlyList<byte[]> texts)
    {
        var found = new HashSet<int>();
        int overlap = texts.Max(text => text.Length);
        byte[] buffer = new byte[Window];
        using FileStream memory = new($"/proc/{pid}/mem", new FileStreamOptions { BufferSize = 0, Access = FileAccess.Read, Share = FileShare.ReadWrite });
        foreach ((long start, long end) in WritableRegions(pid))
        {
            for (long at = start; at < end; at += Window - overlap)
            {
                int got = Read(memory, at, buffer.AsSpan(0, (int)Math.Min(Window, end - at)));
                for (int i = 0; i < texts.Count; i++)
                {
                    if (!found.Contains(i) && buffer.AsSpan(0, got).IndexOf(texts[i]) >= 0)
                        found.Add(i);
                }
                if (end - at <= Window)
                    break;
            }
        }
        return found;
    }

    private static IEnumerable<(long Start, long End)> WritableRegions(int pid)
    {
        foreach (string line in File.ReadAllLines($"/proc/{pid}/maps"))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!fields[1].StartsWith("rw", StringComparison.Ordinal) || line.Contains("[v", StringComparison.Ordinal))
                continue;
            string[] ends = fields[0].Split('-');
            yield return (long.Parse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), long.Parse(ends[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }
    }

    private static int Read(FileStream memory, long at, Span<byte> into)
    {
        try
        {
            return RandomAccess.Read(memory.SafeFileHandle, into, at);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
