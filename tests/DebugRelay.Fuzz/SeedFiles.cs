using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;

namespace DebugRelay.Fuzz;

/// <summary>The corpus that AFL++ begins with: built streams, and a real trace of this process.</summary>
internal static class SeedFiles
{
    /// <summary>The seed of the built streams: the same corpus every time.</summary>
    private const int Seed = 17;

    /// <summary>Longer ones cost AFL++ more than they bring.</summary>
    private const int MaxSize = 8 * 1024;

    private const int Count = 150;

    public static async Task WriteAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var built = SeedCorpus.Make(new Random(Seed)).Select(Mutator.Whole).Where(s => s.Length <= MaxSize).Take(Count).ToList();
        for (var i = 0; i < built.Count; i++)
            await File.WriteAllBytesAsync(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"built-{i:D3}")), built[i]);
        await File.WriteAllBytesAsync(Path.Combine(folder, "real"), await TraceAsync());
        Console.WriteLine($"{built.Count + 1} seeds in {folder}");
    }

    /// <summary>A few events of both kinds of event source.</summary>
    private static async Task<byte[]> TraceAsync()
    {
        using var source = new FewEvents();
        using var session = await new DiagnosticsClient(Environment.ProcessId).StartEventPipeSessionAsync(
            [new EventPipeProvider(FewEvents.Name, EventLevel.Verbose, -1)], requestRundown: false, circularBufferMB: 1, CancellationToken.None);
        var received = new MemoryStream();
        var reading = session.EventStream.CopyToAsync(received);
        source.Placed("order 7", 12.5);
        source.Write("Described", new { Customer = "somebody", IsPaid = true, Item = new { Name = "apron" } });
        await session.StopAsync(CancellationToken.None);
        await reading;
        return received.ToArray();
    }

    [EventSource(Name = Name)]
    private sealed class FewEvents() : EventSource(EventSourceSettings.EtwSelfDescribingEventFormat)
    {
        public new const string Name = "DebugRelay-Fuzz";

        [Event(1)]
        public void Placed(string order, double total) => WriteEvent(1, order, total);
    }
}
