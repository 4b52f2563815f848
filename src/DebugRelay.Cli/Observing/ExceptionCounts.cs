namespace DebugRelay.Cli.Observing;

/// <summary>How often exceptions were thrown, by type and by where.</summary>
internal sealed class ExceptionCounts
{
    // A process that makes up types has more of them than anybody reads.
    private const int MaxKinds = 10_000;

    private readonly Dictionary<(string Type, string TopFrame), long> _counts = [];

    /// <summary>All of them.</summary>
    public long Total { get; private set; }

    public void Add(ThrownException thrown)
    {
        Total++;
        (string, string) kind = (thrown.Type, thrown.TopFrame);
        if (_counts.ContainsKey(kind) || _counts.Count < MaxKinds)
            _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
    }

    /// <summary>Most first.</summary>
    public IReadOnlyList<ExceptionCount> ByKind()
        => [.. _counts.OrderByDescending(each => each.Value).ThenBy(each => each.Key.Type, StringComparer.Ordinal).Select(each => new ExceptionCount(each.Key.Type, each.Key.TopFrame, each.Value))];
}

/// <summary>One kind of exception.</summary>
/// <param name="Type">Its type.</param>
/// <param name="TopFrame">Where it was thrown; empty where that is not known.</param>
/// <param name="Count">How often.</param>
internal sealed record ExceptionCount(string Type, string TopFrame, long Count);
