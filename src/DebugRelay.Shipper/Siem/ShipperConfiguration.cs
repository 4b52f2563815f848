using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using DebugRelay.Shipper.Fleet;

namespace DebugRelay.Shipper.Siem;

/// <summary>`shipper.json`. Unknown keys are errors; relative paths are relative to the file that holds them.</summary>
/// <param name="State">The host's `state` folder, which holds the ledgers of agent and broker.</param>
/// <param name="Cursor">A folder of the shipper's own: for each output how far it has got, which is also what it acknowledges.</param>
/// <param name="File">NDJSON, one OCSF event a line.</param>
/// <param name="Syslog">RFC 5424 over TLS.</param>
/// <param name="Otlp">OTLP logs.</param>
/// <param name="Metrics">The agent's metrics, over OTLP.</param>
/// <param name="Fleet">The bus of a fleet.</param>
internal sealed record ShipperConfiguration(
    string State, string Cursor, FileOutput? File = null, SyslogOutput? Syslog = null, OtlpOutput? Otlp = null, MetricsOutput? Metrics = null, FleetConfiguration? Fleet = null)
{
    /// <exception cref="ShipperException">It cannot be read, or a key is missing or unknown.</exception>
    public static ShipperConfiguration Load(string path)
    {
        try
        {
            var info = new FileInfo(path);
            if (info.Exists && info.Length > Limits.SmallFile)
                throw new ShipperException($"{path}: is larger than {Limits.SmallFile} bytes");
            ShipperConfiguration read = JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(path), ShipperJson.Default.ShipperConfiguration)
                ?? throw new ShipperException($"{path}: the file holds null");
            if (read is { File: null, Syslog: null, Otlp: null, Metrics: null, Fleet: null })
                throw new ShipperException($"{path}: names no output: file, syslog, otlp, metrics or fleet");
            if (read.Metrics is { Seconds: < Limits.LeastSeconds or > Limits.MostSeconds })
                throw new ShipperException($"{path}: metrics: seconds is to be from {Limits.LeastSeconds} to {Limits.MostSeconds}");
            if (read.Fleet?.Problem() is { } problem)
                throw new ShipperException($"{path}: fleet: {problem}");
            return read.Resolve(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        }
        catch (JsonException e)
        {
            throw new ShipperException($"{path}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ShipperException($"{path}: {e.Message}", e);
        }
    }

    private ShipperConfiguration Resolve(string folder) => this with
    {
        State = System.IO.Path.Combine(folder, State),
        Cursor = System.IO.Path.Combine(folder, Cursor),
        File = File is null ? null : new FileOutput(System.IO.Path.Combine(folder, File.Path)),
        Syslog = Syslog is null ? null : Syslog with
        {
            Ca = System.IO.Path.Combine(folder, Syslog.Ca),
            Certificate = Syslog.Certificate is null ? null : System.IO.Path.Combine(folder, Syslog.Certificate),
            Key = Syslog.Key is null ? null : System.IO.Path.Combine(folder, Syslog.Key),
        },
        Fleet = Fleet?.In(folder),
        Metrics = Metrics is null || IPEndPoint.TryParse(Metrics.Page, out _) ? Metrics : Metrics with { Page = System.IO.Path.Combine(folder, Metrics.Page) },
    };
}

/// <summary>Where events are written.</summary>
/// <param name="Path">A file that is appended to; a rotated one is begun anew.</param>
internal sealed record FileOutput(string Path);

/// <summary>A syslog receiver.</summary>
/// <param name="Server">HOST:PORT; port 6514 is syslog over TLS.</param>
/// <param name="Ca">The CA of the receiver's certificate, PEM.</param>
/// <param name="Certificate">Ours, PEM; null where the receiver asks for none.</param>
/// <param name="Key">Its key.</param>
internal sealed record SyslogOutput(string Server, string Ca, string? Certificate = null, string? Key = null);

/// <summary>An OTLP receiver.</summary>
/// <param name="Endpoint">For HTTP with the path, such as `https://collector:4318/v1/logs`.</param>
/// <param name="Protocol">`http` (protobuf) or `grpc`.</param>
internal sealed record OtlpOutput(Uri Endpoint, string Protocol = "http");

/// <summary>An OTLP receiver of the agent's metrics.</summary>
/// <param name="Page">What `metrics` in agent.json says: an address, or the path of a Unix socket.</param>
/// <param name="Endpoint">With the path, such as `https://collector:4318/v1/metrics`. It must take OTLP's JSON encoding, as collectors do.</param>
/// <param name="Host">What the receiver is to call the host; null for its own name.</param>
/// <param name="Seconds">Time between two readings.</param>
internal sealed record MetricsOutput(string Page, Uri Endpoint, string? Host = null, int Seconds = 30);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(ShipperConfiguration))]
[JsonSerializable(typeof(CursorState))]
internal sealed partial class ShipperJson : JsonSerializerContext;
