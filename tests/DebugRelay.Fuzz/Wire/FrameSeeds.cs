using DebugRelay.Protocol;

namespace DebugRelay.Fuzz;

/// <summary>A frame of a seed.</summary>
internal sealed record SeedFrame(FrameType Type, byte[] Payload);

/// <summary>Rows of frames as peers send them: control messages of every type, and data.</summary>
internal static class FrameSeeds
{
    private const int Count = 400;
    private const int MostFrames = 6;

    /// <summary>One of so many has a frame that is as long as its type allows.</summary>
    private const int LongShare = 100;

    private static readonly FrameType[] Types = Enum.GetValues<FrameType>();

    public static SeedFrame[][] Make(Random random) => [.. Enumerable.Range(0, Count).Select(_ => Row(random))];

    private static SeedFrame[] Row(Random random)
    {
        var row = Enumerable.Range(0, random.Next(1, MostFrames + 1)).Select(_ => One(random)).ToArray();
        if (random.Next(LongShare) > 0) return row;
        var type = Types[random.Next(Types.Length)];
        row[0] = new SeedFrame(type, new byte[Limits.PayloadOf(type)]);
        return row;
    }

    private static SeedFrame One(Random random)
    {
        var type = Types[random.Next(Types.Length)];
        if (type != FrameType.Data) return new SeedFrame(type, random.Next(4) == 0 ? "{}"u8.ToArray() : "{\"code\":\"closed\",\"message\":\"bye\"}"u8.ToArray());
        var bytes = new byte[random.Next(3) == 0 ? random.Next(2000) : random.Next(20)];
        random.NextBytes(bytes);
        return new SeedFrame(type, bytes);
    }
}
