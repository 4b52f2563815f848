namespace DebugRelay.DumpWorker.Clr;

/// <summary>Which bytes of memory were read, kept a bit each for the pages that were read from.</summary>
internal sealed class RecordedBytes
{
    /// <summary>Bytes of a page.</summary>
    public const int PageSize = 4096;

    private readonly Dictionary<ulong, ulong[]> _pages = [];
    private readonly Lock _lock = new();
    private ulong _lastNumber = ulong.MaxValue;
    private ulong[] _last = [];

    /// <summary>Marks bytes as read.</summary>
    public void Add(ulong address, int length)
    {
        lock (_lock)
        {
            while (length > 0)
            {
                int start = (int)(address % PageSize);
                int count = Math.Min(length, PageSize - start);
                Mark(Page(address / PageSize), start, count);
                address += (uint)count;
                length -= count;
            }
        }
    }

    /// <summary>The bits of a page, 64 a word; null where nothing of it was read.</summary>
    public ulong[]? Bits(ulong pageNumber) => _pages.GetValueOrDefault(pageNumber);

    private ulong[] Page(ulong number)
    {
        if (number == _lastNumber)
            return _last;
        if (!_pages.TryGetValue(number, out ulong[]? bits))
        {
            if (_pages.Count >= DumpLimits.RecordedPages)
                throw new DumpException(DumpException.BadDump, "the debugger's library reads more of this dump than any sound one needs");
            _pages[number] = bits = new ulong[PageSize / 64];
        }
        (_lastNumber, _last) = (number, bits);
        return bits;
    }

    private static void Mark(ulong[] bits, int start, int count)
    {
        int end = start + count;
        for (int word = start / 64; word <= (end - 1) / 64; word++)
        {
            int from = Math.Max(start - (word * 64), 0), to = Math.Min(end - (word * 64), 64);
            bits[word] |= (to - from == 64 ? ulong.MaxValue : (1UL << (to - from)) - 1) << from;
        }
    }
}
