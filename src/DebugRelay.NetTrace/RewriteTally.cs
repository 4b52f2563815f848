namespace DebugRelay.NetTrace;

/// <summary>The running counts behind <see cref="RewriteCounts"/>.</summary>
internal sealed class RewriteTally
{
    private readonly long[] _blanked = new long[Enum.GetValues<BlankReason>().Length];
    private readonly long[] _dropped = new long[Enum.GetValues<DropReason>().Length];

    public long BytesIn { get; set; }

    public long BytesOut { get; set; }

    public long EventsIn { get; set; }

    public long EventsOut { get; set; }

    public long EventsRewritten { get; set; }

    public long ReplacementsCut { get; set; }

    public long BlocksShed { get; private set; }

    public long BytesShed { get; private set; }

    public void CountBlanked(BlankReason reason) => _blanked[(int)reason]++;

    public void CountDropped(DropReason reason) => _dropped[(int)reason]++;

    public void CountShed(int size)
    {
        BlocksShed++;
        BytesShed += size;
    }

    /// <summary>Adds the counts of a block that came to its end, and empties them.</summary>
    public void Take(RewriteTally block)
    {
        EventsIn += block.EventsIn;
        EventsOut += block.EventsOut;
        EventsRewritten += block.EventsRewritten;
        ReplacementsCut += block.ReplacementsCut;
        BlocksShed += block.BlocksShed;
        BytesShed += block.BytesShed;
        for (var i = 0; i < _blanked.Length; i++) _blanked[i] += block._blanked[i];
        for (var i = 0; i < _dropped.Length; i++) _dropped[i] += block._dropped[i];
        block.Clear();
    }

    /// <summary>Sets the counts of events to 0.</summary>
    public void Clear()
    {
        EventsIn = EventsOut = EventsRewritten = ReplacementsCut = BlocksShed = BytesShed = 0;
        Array.Clear(_blanked);
        Array.Clear(_dropped);
    }

    public RewriteCounts Snapshot() => new()
    {
        BytesIn = BytesIn,
        BytesOut = BytesOut,
        EventsIn = EventsIn,
        EventsOut = EventsOut,
        EventsRewritten = EventsRewritten,
        BlocksShed = BlocksShed,
        BytesShed = BytesShed,
        ReplacementsCut = ReplacementsCut,
        Blanked = Named<BlankReason>(_blanked),
        Dropped = Named<DropReason>(_dropped),
    };

    private static Dictionary<TReason, long> Named<TReason>(long[] counts) where TReason : struct, Enum
    {
        var named = new Dictionary<TReason, long>();
        foreach (var reason in Enum.GetValues<TReason>())
        {
            var count = counts[Convert.ToInt32(reason, System.Globalization.CultureInfo.InvariantCulture)];
            if (count > 0) named[reason] = count;
        }
        return named;
    }
}
