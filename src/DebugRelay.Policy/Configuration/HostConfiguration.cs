using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

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
    public string[] Crl { get; set; } = [];

    /// <summary>The signed deny list; null where there is none. While it cannot be enforced, a file at this path refuses every session.</summary>
    public string? DenyList { get; init; }

    /// <summary>While this file exists, everything stops; null where none is watched.</summary>
    public string? KillFile { get; init; }

    /// <summary>`policy.json`.</summary>
    public required string Policy { get; init; }

    /// <summary>A shipped scrub profile's name, or a file.</summary>
    public string Scrub { get; set; } = "default";

    /// <summary>The folder that holds a folder a session.</summary>
    public required string Recordings { get; init; }

    /// <summary>The folder of what must not be forgotten; `agent` and `broker` below it are apart.</summary>
    public required string State { get; init; }

    /// <summary>The folder of bytes on their way.</summary>
    public required string Spool { get; init; }

    /// <summary>`spawn`, or the path of the broker's socket.</summary>
    public string Broker { get; set; } = SpawnBroker;

    /// <summary>The host's name in policy and recordings.</summary>
    public string Host { get; set; } = Dns.GetHostName();

    /// <summary>The value of <see cref="Broker"/> that makes the agent start its broker as a child.</summary>
    [JsonIgnore]
    public const string SpawnBroker = "spawn";

    /// <summary>Loads a configuration.</summary>
    /// <param name="path">The file; relative paths in it are relative to its folder.</param>
    /// <exception cref="ConfigurationException">It cannot be read, or a key is missing or unknown.</exception>
    public static HostConfiguration Load(string path)
    {
        HostConfiguration configuration;
        try
        {
            configuration = JsonSerializer.Deserialize(File.ReadAllBytes(path), ConfigurationJson.Default.HostConfiguration)
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
        configuration.Check(path);
        return configuration.Resolve(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private void Check(string path)
    {
        if (Listen.Length == 0)
            throw new ConfigurationException($"{path}: listen names no address");
        foreach (string address in Listen)
        {
            if (!IPEndPoint.TryParse(address, out _) || !address.Contains(':', StringComparison.Ordinal))
                throw new ConfigurationException($"{path}: listen: \"{address}\" is no ADDRESS:PORT");
        }
        if (Scrub == "none")
            throw new ConfigurationException($"{path}: scrub: nothing leaves a host unscrubbed by configuration; that needs a grant for each case");
    }

    private HostConfiguration Resolve(string folder) => this with
    {
        Certificate = Path.Combine(folder, Certificate),
        Key = Path.Combine(folder, Key),
        ClientCa = Path.Combine(folder, ClientCa),
        Crl = Array.ConvertAll(Crl, c => Path.Combine(folder, c)),
        DenyList = DenyList is null ? null : Path.Combine(folder, DenyList),
        KillFile = KillFile is null ? null : Path.Combine(folder, KillFile),
        Policy = Path.Combine(folder, Policy),
        Scrub = Scrub.EndsWith(".json", StringComparison.Ordinal) ? Path.Combine(folder, Scrub) : Scrub,
        Recordings = Path.Combine(folder, Recordings),
        State = Path.Combine(folder, State),
        Spool = Path.Combine(folder, Spool),
        Broker = Broker == SpawnBroker ? Broker : Path.Combine(folder, Broker),
    };
}

/// <summary>A configuration file cannot be used.</summary>
public sealed class ConfigurationException(string message) : Exception(message);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(HostConfiguration))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
