using System.Runtime.InteropServices;

namespace DebugRelay.Protocol.Unix;

/// <summary>
/// File descriptors that a process keeps for the time when it runs out of them. The runtime needs one whenever it collects garbage: it opens /proc/meminfo,
/// takes a failure for a machine without memory, and ends the process with "Out of memory.". So a process that gets short gives its reserve free, refuses
/// what is new, and takes the reserve back when there are enough.
/// </summary>
public sealed partial class DescriptorReserve : IDisposable
{
    private const int LimitOfDescriptors = 7;
    private const int DuplicateClosedOnExec = 1030;
    private const int CloseOnExecReadOnly = 0x80000;
    private const short NotOpen = 0x20;

    /// <summary>Numbers that are looked at in one call, from the limit downwards: those that are open are the lowest.</summary>
    private const int NumbersAtOnce = 1024;

    private readonly Lock _lock = new();
    private readonly Stack<int> _kept = new();
    private readonly PollEntry[] _entries = new PollEntry[NumbersAtOnce];
    private readonly Timer _timer;
    private volatile bool _isShort;

    /// <summary>Takes the reserve and keeps an eye on it.</summary>
    public DescriptorReserve()
    {
        Look();
        _timer = new Timer(_ => Look(), null, Limits.DescriptorsLook, Limits.DescriptorsLook);
    }

    /// <summary>Told when the process gets short (true), and when it no longer is (false).</summary>
    public event Action<bool>? Changed;

    /// <summary>Whether nothing new may begin. Where that was so a moment ago it is counted again: what is free serves the next at once.</summary>
    public bool IsShort()
    {
        if (_isShort)
            Look();
        return _isShort;
    }

    /// <summary>Counts what is free. Where that is little the reserve is given free; where it is enough again the reserve is taken back.</summary>
    /// <returns>Whether a connection can be accepted, if only to be refused.</returns>
    public bool Look()
    {
        // Elsewhere there is no such limit, or no such end.
        if (!OperatingSystem.IsLinux())
            return true;
        bool was, hasRoom;
        lock (_lock)
        {
            was = _isShort;
            int free = CountFree(2 * Limits.DescriptorsKept);
            if (_kept.Count > 0 && free < Limits.DescriptorsKept)
            {
                free += _kept.Count;
                GiveFree();
            }
            else if (_kept.Count == 0 && free >= 2 * Limits.DescriptorsKept)
            {
                Take();
            }
            _isShort = _kept.Count == 0;
            hasRoom = free >= Limits.DescriptorsToRefuse;
        }
        if (was != _isShort)
            Changed?.Invoke(_isShort);
        return hasRoom;
    }

    /// <summary>Waits until a connection can be accepted, if only to be refused.</summary>
    public async ValueTask UntilRoomAsync(CancellationToken cancellation)
    {
        while (!Look())
            await Task.Delay(Limits.DescriptorsLook, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
            GiveFree();
    }

    private void Take()
    {
        int first = Open("/dev/null", CloseOnExecReadOnly);
        for (int next = first; next >= 0; next = _kept.Count < Limits.DescriptorsKept ? Duplicate(first, DuplicateClosedOnExec, 0) : -1)
            _kept.Push(next);
    }

    private void GiveFree()
    {
        while (_kept.TryPop(out int descriptor))
            _ = Close(descriptor);
    }

    /// <summary>Numbers under the limit that are not open, as poll(2) tells it without opening anything.</summary>
    /// <param name="enough">It counts no further.</param>
    private int CountFree(int enough)
    {
        Span<ulong> limits = stackalloc ulong[2];
        if (GetLimit(LimitOfDescriptors, limits) != 0)
            return enough;
        int free = 0;
        // A limit may have been lowered under what is open.
        for (int above = (int)Math.Min(limits[0], int.MaxValue); above > 0 && free < enough;)
        {
            int count = Math.Min(above, NumbersAtOnce);
            above -= count;
            for (int i = 0; i < count; i++)
                _entries[i] = new PollEntry { Descriptor = above + i };
            // As many entries as the limit allows, or the call is refused.
            if (Poll(_entries, (nuint)count, 0) < 0)
                return enough;
            for (int i = 0; i < count; i++)
                free += (_entries[i].Returned & NotOpen) != 0 ? 1 : 0;
        }
        return free;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, Span<ulong> limits);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll([In, Out] PollEntry[] entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Duplicate(int descriptor, int command, int least);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Asked;
        public short Returned;
    }
}
