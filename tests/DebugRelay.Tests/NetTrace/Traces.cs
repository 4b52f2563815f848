namespace DebugRelay.Tests.NetTrace;

/// <summary>Traces that several tests read; each is made once.</summary>
internal static class Traces
{
    public const int ManagedEventCount = 3_000;

    private static readonly Lazy<Task<byte[]>> Managed = new(() => LiveTrace.CaptureAsync(
        EmitManaged, rundown: false, LiveTrace.Provider(ManifestSource.ProviderName), LiveTrace.Provider(DescribingSource.ProviderName)));

    private static readonly Lazy<Task<byte[]>> Indescribable = new(() => LiveTrace.CaptureAsync(
        EmitIndescribable, rundown: false, LiveTrace.Provider(ManifestSource.ProviderName), LiveTrace.Provider(DescribingSource.ProviderName)));

    private static readonly Lazy<Task<byte[]>> Runtime = new(() => LiveTrace.CaptureAsync(
        EmitRuntime, rundown: true,
        LiveTrace.Provider("Microsoft-Windows-DotNETRuntime", RuntimeKeywords), LiveTrace.Provider("Microsoft-DotNETCore-SampleProfiler")));

    // GC, handles, loader, JIT, interop, contention, exceptions, threads, types, and the diagnostics of compilation, methods and types.
    private const long RuntimeKeywords = 0xE0_200D_E01F;

    /// <summary>Every shape of managed event, 3,000 in all.</summary>
    public static Task<byte[]> ManagedAsync() => Managed.Value;

    /// <summary>Events whose metadata does not tell how their payload is laid out, or tells it wrongly; each holds alice@example.com.</summary>
    public static Task<byte[]> IndescribableAsync() => Indescribable.Value;

    /// <summary>What the runtime itself tells, at its most talkative, with rundown.</summary>
    public static Task<byte[]> RuntimeAsync() => Runtime.Value;

    private static void EmitIndescribable()
    {
        ManifestSource.Log.Blob(1, [1, 2, 3], "blob alice@example.com");
        ManifestSource.Log.Two(2, "embedded\0NUL alice@example.com", "after");
        DescribingSource.Log.Write("Array", new { Numbers = new[] { 1, 2 }, Text = "alice@example.com" });
        DescribingSource.Log.Write("Nullable", new { Number = (int?)2, Text = "alice@example.com" });
        DescribingSource.Log.Write("Time", new { Time = DateTimeOffset.UnixEpoch, Text = "alice@example.com" });
    }

    private static void EmitRuntime()
    {
        for (var i = 0; i < 20; i++)
        {
            try
            {
                throw new InvalidOperationException("refused alice@example.com");
            }
            catch (InvalidOperationException)
            {
                GC.KeepAlive(new byte[100_000]);
            }
        }
        GC.Collect();
        var gate = new Lock();
        Parallel.For(0, 100, _ =>
        {
            lock (gate) Thread.SpinWait(100);
        });
        System.Runtime.Loader.AssemblyLoadContext.Default.LoadFromAssemblyName(new("System.Net.Mail"));
        System.Linq.Expressions.Expression.Lambda<Func<int>>(System.Linq.Expressions.Expression.Constant(5)).Compile()();
    }

    private static void EmitManaged()
    {
        for (var i = 0; i < ManagedEventCount / 10; i++)
        {
            ManifestSource.Log.One($"text {i} of alice@example.com");
            ManifestSource.Log.Two(i, "first alice@example.com", new string('x', i % 40));
            ManifestSource.Log.Flags(i % 2 == 0, "flagged alice@example.com", i % 3 == 0, i);
            ManifestSource.Log.Many(
                1, -2, 3, 4, 5, 6.5f, 7.5, DateTime.UnixEpoch, new Guid(i, 2, 3, [1, 2, 3, 4, 5, 6, 7, 8]), 'c', "many alice@example.com");
            ManifestSource.Log.Empty();
            ManifestSource.Log.Named("named alice@example.com", Shade.Dark);
            DescribingSource.Log.Logged(3, "Shop.Orders", [new("User", "alice@example.com"), new("Count", $"{i}")]);
            DescribingSource.Log.Flags(i % 2 == 0, "described alice@example.com", true);
            DescribingSource.Log.Blob([1, 2, 3, (byte)i], "blob alice@example.com");
            DescribingSource.Log.Write("Order", NewOrder());
        }
    }

    public static Order NewOrder() => new()
    {
        Customer = "alice@example.com",
        IsPaid = true,
        Address = new Address { Street = "Example Street alice@example.com", Number = 7 },
        Total = 12.5m,
    };
}
