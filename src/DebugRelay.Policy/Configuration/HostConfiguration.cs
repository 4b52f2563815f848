using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Configuration;

/// <summary>`agent.json`: what agent and broker of a host both read. All paths are absolute after loading.</summary>
public sealed record HostConfiguration
{
    /// <summary>Addresses that the agent listens on, `ADDRESS:PORT`; port 0 takes a free one.</summary>
    public required string[] Listen { get; init; }

    /// <summary>The agent's certificate and its intermediates, PEM.</summary>
    public required string Certificate { get; init; }

    /// <summary>The agent's private key, PEM. The broker never reads it.</summary>
    public required string Key { get; init; }

    /// <summary>The certificates that clients' chains must end in, PEM. The machine's own store is never asked.</summary>
    public required string ClientCa { get; init; }

    /// <summary>Certificate revocation lists, PEM or DER.</summary>
    public required string[] Crl { get; init; }

    /// <summary>The signed deny list; null where there is none. While it cannot be enforced, a file at this path refuses every session.</summary>
    public required string? DenyList { get; init; }

    /// <summary>While this file exists, everything stops; null where none is watched.</summary>
    public required string? KillFile { get; init; }

    /// <summary>`policy.json`.</summary>
    public required string Policy { get; init; }

    /// <summary>A shipped scrub profile's name, or a file.</summary>
    public required string Scrub { get; init; }

    /// <summary>The folder that holds a folder a session.</summary>
    public required string Recordings { get; init; }

    /// <summary>The folder of what must not be forgotten; `agent` and `broker` below it are apart.</summary>
    public required string State { get; init; }

    /// <summary>The folder of bytes on their way, where the recording does not keep them.</summary>
    public required string Spool { get; init; }

    /// <summary>`spawn`, or the path of the broker's socket.</summary>
    public required string Broker { get; init; }

    /// <summary>Whether an off-host sink is configured (`"announce": "shipper"`): an emergency waits until it has acknowledged.</summary>
    public bool AnnounceOffHost { get; init; }

    /// <summary>Certificates of reviewers, PEM: where the policy says so, what recordings keep is encrypted to them.</summary>
    public IReadOnlyList<string> ReviewerCertificates { get; init; } = [];

    /// <summary>The host's name in policy and recordings.</summary>
    public required string Host { get; init; }

    /// <summary>What the host gives in all.</summary>
    public HostLimits Limits { get; init; } = new();

    /// <summary>How long recordings are kept; null: for ever.</summary>
    public RecordingRetention? Retention { get; init; }

    /// <summary>The agent's user, by name or number, where the broker has another; null: they have the same.</summary>
    public string? AgentUser { get; init; }

    /// <summary>Where the agent's metrics and its health can be asked: a loopback `ADDRESS:PORT`, or the path of a Unix socket; null: nowhere.</summary>
    public string? Metrics { get; init; }

    /// <summary>The form of the log: one of <see cref="LogForms"/>; null: the journal where there is one, else text.</summary>
    public string? Log { get; init; }

    /// <summary>Forms of the log.</summary>
    public static IReadOnlyList<string> LogForms { get; } = ["text", "json", "journald"];

    /// <summary>Where processes may call the broker (`DOTNET_DiagnosticPorts`): the path of a Unix socket; null: nowhere.</summary>
    public string? DiagnosticPort { get; init; }

    /// <summary>How long a process that waits at its start is left waiting for a trace; zero: it goes on at once.</summary>
    public TimeSpan HoldSuspended { get; init; }

    /// <summary>How often the broker looks for debug surfaces that were not there before; null: never.</summary>
    public TimeSpan? WatchSurfaces { get; init; }

    /// <summary>The value of <see cref="Broker"/> that makes the agent start its broker as a child.</summary>
    public const string SpawnBroker = "spawn";

    /// <summary>The name of the profile that changes nothing; it cannot be configured.</summary>
    private const string UnscrubbedProfile = "none";

    /// <summary>Names of scrub profiles that need no file; the first is taken where none is named.</summary>
    public static IReadOnlyList<string> ShippedProfiles { get; } = ["default", "strict"];

    /// <summary>Loads a configuration.</summary>
    /// <param name="path">The file; relative paths in it are relative to its folder.</param>
    /// <exception cref="ConfigurationException">It cannot be read, or a key is missing or unknown.</exception>
    public static HostConfiguration Load(string path)
    {
        ConfigurationDocument document;
        try
        {
            document = JsonSerializer.Deserialize(File.ReadAllBytes(path), ConfigurationJson.Default.ConfigurationDocument)
                ?? throw new ConfigurationException($"{path}: the file holds null");
        }
        catch (JsonException e)
        {
            throw new ConfigurationException($"{path}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: {e.Message}");
        }
        HostConfiguration configuration = Resolve(document, Path.GetDirectoryName(Path.GetFullPath(path))!);
        configuration.Check(path, document.Announce);
        return configuration;
    }

    private void Check(string path, string? announce)
    {
        if (Listen.Length == 0)
            throw new ConfigurationException($"{path}: listen names no address");
        foreach (string address in Listen)
        {
            if (!IPEndPoint.TryParse(address, out _) || !address.Contains(':', StringComparison.Ordinal))
                throw new ConfigurationException($"{path}: listen: \"{address}\" is no ADDRESS:PORT");
        }
        if (Limits.Problem() is { } problem)
            throw new ConfigurationException($"{path}: {problem}");
        if (IPEndPoint.TryParse(Metrics ?? "", out IPEndPoint? metrics) && !IPAddress.IsLoopback(metrics.Address))
            throw new ConfigurationException($"{path}: metrics: {metrics.Address} is no loopback address; what the agent counts is for this machine alone");
        if (Log is not null && !LogForms.Contains(Log))
            throw new ConfigurationException($"{path}: log: \"{Log}\" is not known; it is one of {string.Join(", ", LogForms)}, or left out");
        if (announce is not (null or "shipper"))
            throw new ConfigurationException($"{path}: announce: \"{announce}\" is not known; it is \"shipper\", or left out");
        if (Scrub == UnscrubbedProfile)
            throw new ConfigurationException($"{path}: scrub: nothing leaves a host unscrubbed by configuration; that needs a grant for each case");
    }

    /// <summary>Between a second, which costs a few per cent of a processor on a host with a thousand processes, and a day.</summary>
    private static TimeSpan ReadInterval(string text)
        => Quantities.TryParseDuration(text, out TimeSpan interval) && interval >= TimeSpan.FromSeconds(1) && interval <= TimeSpan.FromDays(1)
            ? interval
            : throw new ConfigurationException($"watchSurfaces: \"{text}\" is no duration from 1s to 24h");

    /// <summary>Ten minutes are longer than anybody lets a service wait.</summary>
    private static TimeSpan ReadHold(string text)
        => Quantities.TryParseDuration(text, out TimeSpan hold) && hold <= TimeSpan.FromMinutes(10)
            ? hold
            : throw new ConfigurationException($"holdSuspended: \"{text}\" is no duration up to 10m");

    private static HostConfiguration Resolve(ConfigurationDocument document, string folder) => new()
    {
        Listen = document.Listen,
        Certificate = Path.Combine(folder, document.Certificate),
        Key = Path.Combine(folder, document.Key),
        ClientCa = Path.Combine(folder, document.ClientCa),
        Crl = Array.ConvertAll(document.Crl ?? [], c => Path.Combine(folder, c)),
        DenyList = document.DenyList is null ? null : Path.Combine(folder, document.DenyList),
        KillFile = document.KillFile is null ? null : Path.Combine(folder, document.KillFile),
        Policy = Path.Combine(folder, document.Policy),
        Scrub = document.Scrub switch
        {
            null => ShippedProfiles[0],
            var name when name == UnscrubbedProfile || ShippedProfiles.Contains(name) => name,
            var file => Path.Combine(folder, file),
        },
        Recordings = Path.Combine(folder, document.Recordings),
        State = Path.Combine(folder, document.State),
        Spool = Path.Combine(folder, document.Spool),
        Broker = document.Broker is null or SpawnBroker ? SpawnBroker : Path.Combine(folder, document.Broker),
        AnnounceOffHost = document.Announce is not null,
        ReviewerCertificates = Array.ConvertAll(document.ReviewerCertificates ?? [], c => Path.Combine(folder, c)),
        Host = document.Host ?? Dns.GetHostName(),
        Limits = document.Limits?.Resolve() ?? new HostLimits(),
        Retention = document.Retention?.Resolve(),
        AgentUser = document.AgentUser,
        Metrics = document.Metrics is null || IPEndPoint.TryParse(document.Metrics, out _) ? document.Metrics : Path.Combine(folder, document.Metrics),
        Log = document.Log,
        DiagnosticPort = document.DiagnosticPort is null ? null : Path.Combine(folder, document.DiagnosticPort),
        HoldSuspended = document.HoldSuspended is null ? TimeSpan.Zero : ReadHold(document.HoldSuspended),
        WatchSurfaces = document.WatchSurfaces is null ? null : ReadInterval(document.WatchSurfaces),
    };
}

/// <summary>The file as it is written: what may be left out is null.</summary>
internal sealed record ConfigurationDocument(
    string[] Listen, string Certificate, string Key, string ClientCa, string Policy, string Recordings, string State, string Spool,
    string[]? Crl = null, string? DenyList = null, string? KillFile = null, string? Scrub = null, string? Broker = null, string? Host = null,
    HostLimitsDocument? Limits = null, RetentionDocument? Retention = null, [property: JsonPropertyName("$schema")] string? Schema = null,
    string[]? ReviewerCertificates = null, string? Announce = null, string? WatchSurfaces = null, string? AgentUser = null, string? Metrics = null, string? Log = null,
    string? DiagnosticPort = null, string? HoldSuspended = null);

/// <summary>A configuration file cannot be used.</summary>
public sealed class ConfigurationException(string message) : Exception(message);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(ConfigurationDocument))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
