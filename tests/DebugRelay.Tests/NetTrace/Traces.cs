namespace DebugRelay.Tests.NetTrace;

/// <summary>Traces that several tests read; each is made once.</summary>
internal static class Traces
{
    public const int ManagedEventCount = 3_000;

    private static readonly Lazy<Task<byte[]>> Managed = new(() => LiveTrace.CaptureAsync(
        EmitManaged, rundown: false, LiveTrace.Provider(ManifestSource.ProviderName), LiveTrace.Provider(DescribingSource.ProviderName)));

    /// <summary>Every shape of managed event, 3,000 in all.</summary>
    public static Task<byte[]> ManagedAsync() => Managed.Value;

    private static void EmitManaged()
    {
        for (var i = 0; i < ManagedEventCount / 10; i++)
        {
            ManifestSource.Log.One($"text {i} of alice@example.com");
            ManifestSource.Log.Two(i, "first alice@example.com", new string('x', i % 40));
            ManifestSource.Log.Flags(i % 2 == 0, "flagged alice@example.com", i % 3 == 0, i);
            ManifestSource.Log.Many(1, -2, 3, 4, 5, 6.5f, 7.5, DateTime.UnixEpoch, new Guid(i, 2, 3, [1, 2, 3, 4, 5, 6, 7, 8]), 'c', "many alice@example.com");
            ManifestSource.Log.Empty();
            ManifestSource.Log.Named("named alice@example.com", Shade.Dark);
            DescribingSource.Log.Logged(3, "Shop.Orders", [new("User", "alice@example.com"), new("Count", $"{i}")]);
            DescribingSource.Log.Flags(i % 2 == 0, "described alice@example.com", true);
            DescribingSource.Log.Blob([1, 2, 3, (byte)i], "blob alice@example.com");
            DescribingSource.Log.Write("Order", NewOrder(i));
        }
    }

    public static Order NewOrder(int i) => new()
    {
        Customer = "alice@example.com",
        IsPaid = true,
        Amounts = [i, 2, 3],
        Note = "to alice@example.com".ToCharArray(),
        Address = new Address { Street = "Example Street alice@example.com", Number = 7 },
        Others = [new Address { Street = "a" }, new Address { Street = "b", Number = i }],
        Raw = [1, 2, 3],
        Total = 12.5m,
    };
}
