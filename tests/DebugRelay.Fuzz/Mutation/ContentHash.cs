namespace DebugRelay.Fuzz;

/// <summary>A number that an input's end tells, for choices that must be the same whenever the input is run.</summary>
internal static class ContentHash
{
    public static ulong Of(ReadOnlySpan<byte> input)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in input[Math.Max(0, input.Length - 64)..]) hash = (hash ^ value) * 1099511628211;
        return hash ^ (hash >> 32);
    }
}
