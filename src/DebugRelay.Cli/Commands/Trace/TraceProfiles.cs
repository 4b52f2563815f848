using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;

namespace DebugRelay.Cli.Commands.Trace;

/// <summary>Named sets of providers for common questions.</summary>
internal static class TraceProfiles
{
    private const int Informational = 4;
    private const int Verbose = 5;
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";

    // The runtime's keywords: ClrEtwAll.man.
    private const ulong Gc = 0x1;
    private const ulong Loader = 0x8;
    private const ulong Jit = 0x10;
    private const ulong Contention = 0x4000;
    private const ulong Exceptions = 0x8000;
    private const ulong Threading = 0x10000;

    // Links the activities of one request across threads.
    private static readonly TraceProvider TaskActivities = new("System.Threading.Tasks.TplEventSource", 0x80, Informational);

    private static readonly Dictionary<string, TraceProvider[]> ByName = new(StringComparer.Ordinal)
    {
        ["cpu"] = [new("Microsoft-DotNETCore-SampleProfiler", ulong.MaxValue, Informational), new(Runtime, Gc | Loader | Jit | Exceptions | Threading, Informational)],
        ["gc"] = [new(Runtime, Gc, Verbose)],
        ["http"] =
        [
            All("System.Net.Http"), All("System.Net.NameResolution"), All("System.Net.Security"),
            All("Microsoft.AspNetCore.Hosting"), All("Microsoft-AspNetCore-Server-Kestrel"), TaskActivities,
        ],
        ["logs"] = [new("Microsoft-Extensions-Logging", FormattedMessages, Verbose)],
        ["exceptions"] = [new(Runtime, Exceptions, Informational)],
        ["database"] = [All("Microsoft.Data.SqlClient.EventSource"), All("Microsoft.EntityFrameworkCore"), All("Npgsql"), TaskActivities],
        ["contention"] = [new(Runtime, Contention | Threading, Informational)],
    };

    // Of Microsoft-Extensions-Logging: each message once, as text, not its arguments again as JSON.
    private const ulong FormattedMessages = 0x4;

    public static IReadOnlyList<string> Names { get; } = Sorted.Names(ByName);

    /// <exception cref="UsageException">There is none of this name.</exception>
    public static IReadOnlyList<TraceProvider> Named(string name) => ByName.TryGetValue(name, out TraceProvider[]? providers)
        ? providers
        : throw new UsageException($"there is no profile '{name}'", $"choose one of {string.Join(", ", Names)}");

    private static TraceProvider All(string name) => new(name, ulong.MaxValue, Informational);
}
