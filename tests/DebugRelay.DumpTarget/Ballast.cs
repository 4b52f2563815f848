namespace DebugRelay.DumpTarget;

/// <summary>Objects by the million, for the benchmark and for dumps in the middle of a collection.</summary>
internal static class Ballast
{
    private const int ChunkLength = 10_000;

    public static object[] Make(int objects)
    {
        object[] chunks = new object[(objects / 3 / ChunkLength) + 1];
        for (int i = 0; i < objects / 3; i++)
        {
            chunks[i / ChunkLength] ??= new Order[ChunkLength];
            ((Order[])chunks[i / ChunkLength])[i % ChunkLength] = new Order(i);
        }
        return chunks;
    }

    /// <summary>Keeps threads allocating and collecting, so that a dump meets a collection that runs.</summary>
    public static void CollectForEver()
    {
        for (int i = 0; i < 2; i++)
        {
            new Thread(static () =>
            {
                object[] kept = new object[1000];
                for (int round = 0; ; round++)
                {
                    kept[round % kept.Length] = Make(30_000);
                    if (round % 20 == 0)
                        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
                }
            })
            { IsBackground = true }.Start();
        }
    }

    private sealed class Order(int number)
    {
        public string Customer { get; } = $"customer {number:D8}";

        public byte[] Tag { get; } = BitConverter.GetBytes((long)number);

        public int Number { get; } = number;
    }
}
