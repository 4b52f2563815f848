using System.Text.Json;
using System.Text.Json.Serialization;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Connection;

/// <summary>`~/.config/debugrelay/config.json`: what is the same for every command. JSON with comments; an unknown key is an error.</summary>
internal sealed record ClientConfiguration
{
    /// <summary>The host where none is named: an address, or a name of <see cref="Hosts"/>.</summary>
    public string? Host { get; set; }

    /// <summary>PEM file of the certificate, intermediates after it. Paths are relative to the configuration's folder.</summary>
    public string? Cert { get; set; }

    /// <summary>PEM file of its key, or the PKCS#11 URI of a key on a token.</summary>
    public string? Key { get; set; }

    /// <summary>PEM file of the CA that agents' certificates are issued by.</summary>
    public string? Ca { get; set; }

    /// <summary>Hosts by name; what they leave out comes from above.</summary>
    /// <remarks>Settable: the JSON source generator would lose the initial value of a property that is not.</remarks>
    public Dictionary<string, HostConfiguration> Hosts { get; set; } = [];

    /// <summary>The bus of a fleet; null where there is none.</summary>
    public FleetConfiguration? Fleet { get; set; }

    /// <summary>Reads the file; where there is none, nothing is configured.</summary>
    /// <exception cref="UsageException">It cannot be read, or it is not of this form.</exception>
    public static ClientConfiguration Load(string path)
    {
        try
        {
            byte[] json = File.ReadAllBytes(path);
            ClientConfiguration read = JsonSerializer.Deserialize(json, ConfigurationJson.Default.ClientConfiguration) ?? new ClientConfiguration();
            return read.RelativeTo(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return new ClientConfiguration();
        }
        catch (JsonException error)
        {
            throw new UsageException($"{path} is no valid configuration: {error.Message}", "mend it, or move it away", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {error.Message}", "mend its permissions, or move it away", error);
        }
    }

    private ClientConfiguration RelativeTo(string folder) => this with
    {
        Cert = In(folder, Cert),
        Key = In(folder, Key),
        Ca = In(folder, Ca),
        Fleet = Fleet is null ? null : Fleet with { Ca = In(folder, Fleet.Ca) },
        Hosts = Hosts.ToDictionary(
            host => host.Key,
            host => host.Value with { Cert = In(folder, host.Value.Cert), Key = In(folder, host.Value.Key), Ca = In(folder, host.Value.Ca) }),
    };

    private static string? In(string folder, string? path) => path is null || TokenKey.IsUri(path) ? path : Path.Combine(folder, path);
}

/// <summary>One host that the configuration names.</summary>
internal sealed record HostConfiguration
{
    /// <summary>`HOST[:PORT]`.</summary>
    public required string Address { get; set; }

    public string? Cert { get; set; }

    public string? Key { get; set; }

    public string? Ca { get; set; }
}

/// <summary>The bus of a fleet.</summary>
internal sealed record FleetConfiguration
{
    /// <summary>`HOST:PORT`, one or more.</summary>
    public required string[] Servers { get; set; }

    /// <summary>The CA of the bus; the agents' if left out.</summary>
    public string? Ca { get; set; }

    public string? Prefix { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ClientConfiguration))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
