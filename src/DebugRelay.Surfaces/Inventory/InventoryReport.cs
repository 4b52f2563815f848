using System.Text.Json;
using System.Text.Json.Serialization;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Inventory;

/// <summary>The debug surfaces of a host. Keys are only added, never changed.</summary>
/// <param name="Version">Of this form: 1.</param>
/// <param name="Host">The host's name.</param>
/// <param name="Taken">When.</param>
/// <param name="Processes">The .NET processes and the debuggers, by pid.</param>
/// <param name="Findings">What concerns the host as a whole.</param>
public sealed record InventoryReport(int Version, string Host, DateTimeOffset Taken, IReadOnlyList<InventoryProcess> Processes, IReadOnlyList<InventoryFinding> Findings)
{
    /// <summary>Everything that was found, of the host and of its processes.</summary>
    [JsonIgnore]
    public IEnumerable<InventoryFinding> AllFindings => Findings.Concat(Processes.SelectMany(p => p.Findings));

    /// <summary>As JSON, in UTF-8.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, InventoryJson.Default.InventoryReport);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is no report.</exception>
    public static InventoryReport FromJson(ReadOnlySpan<byte> json)
        => JsonSerializer.Deserialize(json, InventoryJson.Default.InventoryReport) ?? throw new JsonException("the report is empty");
}

/// <summary>A process that can be looked into, or that looks into others.</summary>
/// <param name="Pid">On the host.</param>
/// <param name="Name">The program's name.</param>
/// <param name="Uid">The effective user id.</param>
/// <param name="IsContained">Whether it has a file system or process ids of its own.</param>
/// <param name="IsUnreadable">Whether something of it could not be read: then more may be open than is said here.</param>
/// <param name="Ways">The ways in that stand open.</param>
/// <param name="Findings">What is wrong with them.</param>
public sealed record InventoryProcess(int Pid, string Name, uint Uid, bool IsContained, bool IsUnreadable, IReadOnlyList<InventoryWay> Ways, IReadOnlyList<InventoryFinding> Findings);

/// <summary>A way into a process.</summary>
/// <param name="Kind">`diagnostics socket`, `debugger pipe`, `profiler`, `startup hook`, `perf map`, `debugger`, `port`.</param>
/// <param name="Detail">The path, the port, the pid.</param>
/// <param name="Who">Who can use it.</param>
public sealed record InventoryWay(string Kind, string Detail, string Who);

/// <summary>A debug surface that was found, with the catalogue's id.</summary>
/// <param name="Rule">`DBG110`.</param>
/// <param name="Severity">`high`.</param>
/// <param name="Message">What was found.</param>
/// <param name="Fix">What to do.</param>
public sealed record InventoryFinding(string Rule, string Severity, string Message, string Fix)
{
    /// <summary>A finding in the report's form.</summary>
    public static InventoryFinding Of(Surface surface) => new(surface.Rule.Id, surface.Severity.ToString().ToLowerInvariant(), surface.Message, surface.Rule.Fix);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 8)]
[JsonSerializable(typeof(InventoryReport))]
internal sealed partial class InventoryJson : JsonSerializerContext;
