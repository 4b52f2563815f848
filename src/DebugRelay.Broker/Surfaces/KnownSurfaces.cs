using System.Text.Json;
using System.Text.Json.Serialization;
using DebugRelay.Recording;
using DebugRelay.Surfaces.Inventory;
using Limits = DebugRelay.Protocol.Limits;

namespace DebugRelay.Broker.Surfaces;

/// <summary>Which debug surfaces of the host have been told of, over restarts. A door is known by its rule and the program and user that it leads to: a service that starts anew opens none.</summary>
internal sealed class KnownSurfaces(StateFolder state)
{
    /// <summary>How long a surface that is gone is remembered: one that comes and goes with a job is told once.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    private const string File = "surfaces.json";

    private readonly Dictionary<string, DateTimeOffset> _seen = Read(state);

    /// <summary>How many of the last report's were not told, since no more than <see cref="Limits.SurfacesKnown"/> are.</summary>
    public int Untold { get; private set; }

    /// <summary>What a report has that was not known, and remembers it.</summary>
    /// <param name="report">What was found.</param>
    /// <exception cref="StateException">What is known now cannot be written; it will be told again after a restart.</exception>
    public IReadOnlyList<NewSurface> Learn(InventoryReport report)
    {
        List<NewSurface> fresh = [];
        Untold = 0;
        foreach (NewSurface surface in All(report))
        {
            if (!_seen.ContainsKey(surface.Key))
            {
                if (_seen.Count >= Limits.SurfacesKnown)
                {
                    Untold++;
                    continue;
                }
                fresh.Add(surface);
            }
            _seen[surface.Key] = report.Taken;
        }
        foreach (string old in _seen.Where(s => report.Taken - s.Value > Memory).Select(s => s.Key).ToArray())
            _seen.Remove(old);
        if (fresh.Count > 0)
            state.Write(File, JsonSerializer.SerializeToUtf8Bytes(_seen, KnownJson.Default.DictionaryStringDateTimeOffset));
        return fresh;
    }

    /// <summary>All but notes, which say how a runtime is by default and would come with every process.</summary>
    private static IEnumerable<NewSurface> All(InventoryReport report)
        => report.Findings.Select(f => new NewSurface(null, f)).Concat(report.Processes.SelectMany(p => p.Findings.Select(f => new NewSurface(p, f)))).Where(s => s.Finding.Severity != "note");

    /// <summary>A file that cannot be read makes all surfaces new: told twice is better than not at all.</summary>
    private static Dictionary<string, DateTimeOffset> Read(StateFolder state)
    {
        try
        {
            return state.Read(File) is { } json ? JsonSerializer.Deserialize(json, KnownJson.Default.DictionaryStringDateTimeOffset) ?? [] : [];
        }
        catch (Exception e) when (e is JsonException or StateException)
        {
            return [];
        }
    }
}

/// <summary>A surface that was not there when the host was looked at before.</summary>
/// <param name="Process">Whose; null for the host as a whole.</param>
/// <param name="Finding">What.</param>
internal sealed record NewSurface(InventoryProcess? Process, InventoryFinding Finding)
{
    /// <summary>What makes it the same surface the next time. What a message of the host says after its colon is who has a part in it just now.</summary>
    public string Key => Process is null ? $"{Finding.Rule} {Finding.Message.Split(':')[0]}" : $"{Finding.Rule} {Process.Uid} {Process.Name}";
}

[JsonSerializable(typeof(Dictionary<string, DateTimeOffset>))]
internal sealed partial class KnownJson : JsonSerializerContext;
