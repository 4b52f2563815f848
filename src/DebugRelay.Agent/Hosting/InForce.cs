using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DebugRelay.Policy.Configuration;

namespace DebugRelay.Agent.Hosting;

/// <summary>What the running agent has read and holds by, noted beside its state so that `check` can say what would change.</summary>
/// <param name="Version">Of this note's form.</param>
/// <param name="Files">SHA-256 of each file, hexadecimal, by what it is. The key is not among them.</param>
/// <param name="Policy">The policy's text.</param>
internal sealed record InForce(int Version, SortedDictionary<string, string> Files, string? Policy)
{
    private const int ThisVersion = 1;
    private const string ConfigurationFile = "agent.json", Certificate = "certificate", PolicyFile = "policy", Profile = "scrub profile";

    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <param name="configuration">Names the files.</param>
    /// <param name="configurationFile">The configuration's own.</param>
    /// <param name="before">What was in force; null at the start.</param>
    /// <param name="trustIsRead">Whether what lies there of authorities, lists and policy is in force; else what was before is.</param>
    /// <param name="identityIsRead">The same of the certificate.</param>
    /// <param name="profileIsRead">The same of the scrub profile.</param>
    public static InForce Of(HostConfiguration configuration, string configurationFile, InForce? before, bool trustIsRead, bool identityIsRead, bool profileIsRead)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string what, string path) in PathsOf(configuration, configurationFile))
        {
            bool isRead = what switch
            {
                // It is read at the start alone.
                ConfigurationFile => before is null,
                Certificate => identityIsRead,
                Profile => profileIsRead,
                _ => trustIsRead,
            };
            if ((isRead || before is null ? HashOf(path) : before.Files.GetValueOrDefault(what)) is { } hash)
                files[what] = hash;
        }
        return new InForce(ThisVersion, files, trustIsRead || before is null ? TextOf(configuration.Policy) : before.Policy);
    }

    /// <summary>What was noted; null where nothing was, or it cannot be read.</summary>
    public static InForce? Read(HostConfiguration configuration)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathIn(configuration)), InForceJson.Default.InForce) is { Version: ThisVersion } noted ? noted : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Notes it, whole or not at all.</summary>
    public void Write(HostConfiguration configuration)
    {
        string path = PathIn(configuration), next = path + ".next";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(next, options))
            JsonSerializer.Serialize(file, this, InForceJson.Default.InForce);
        File.Move(next, path, overwrite: true);
    }

    /// <summary>What a start with these files, or their reading, would change: one line each.</summary>
    public IEnumerable<string> Changes(HostConfiguration configuration, string configurationFile)
    {
        var now = PathsOf(configuration, configurationFile).ToDictionary(p => p.What, p => HashOf(p.Path), StringComparer.Ordinal);
        foreach ((string what, string? hash) in now.Where(n => n.Value is not null).OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            if (!Files.TryGetValue(what, out string? before))
                yield return $"would change: {what}: new";
            else if (before != hash)
                yield return $"would change: {what}{(what == ConfigurationFile ? ", by a restart" : what == Profile ? ": live sessions would end" : "")}";
            if (what == PolicyFile && before != hash && Policy is not null && TextOf(configuration.Policy) is { } text)
            {
                foreach (string line in RoleChanges(Policy, text))
                    yield return line;
            }
        }
        foreach (string gone in Files.Keys.Where(f => now.GetValueOrDefault(f) is null))
            yield return $"would change: {gone}: gone";
    }

    private static IEnumerable<string> RoleChanges(string before, string now)
    {
        JsonObject old = RolesOf(before), current = RolesOf(now);
        foreach (string role in old.Select(r => r.Key).Union(current.Select(r => r.Key)).Order(StringComparer.Ordinal))
        {
            if (!current.ContainsKey(role))
                yield return $"would change: policy: role {role}: gone";
            else if (!old.ContainsKey(role))
                yield return $"would change: policy: role {role}: new";
            else if (!JsonNode.DeepEquals(old[role], current[role]))
                yield return $"would change: policy: role {role}: {string.Join(", ", ChangedKeys(old[role], current[role]))}";
        }
    }

    private static IEnumerable<string> ChangedKeys(JsonNode? before, JsonNode? now)
        => before is JsonObject a && now is JsonObject b
            ? a.Select(m => m.Key).Union(b.Select(m => m.Key)).Where(key => !JsonNode.DeepEquals(a[key], b[key])).Order(StringComparer.Ordinal)
            : ["changed"];

    private static JsonObject RolesOf(string policy)
    {
        try
        {
            return JsonNode.Parse(policy, documentOptions: WithComments)?["roles"] as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static IEnumerable<(string What, string Path)> PathsOf(HostConfiguration configuration, string configurationFile) =>
    [
        (ConfigurationFile, configurationFile), (Certificate, configuration.Certificate), ("client authorities", configuration.ClientCa), (PolicyFile, configuration.Policy),
        .. configuration.Crl.Select(crl => ($"revocation list {Path.GetFileName(crl)}", crl)),
        .. configuration.DenyList is { } deny ? [("deny list", deny)] : (IEnumerable<(string, string)>)[],
        .. HostConfiguration.ShippedProfiles.Contains(configuration.Scrub) ? [] : (IEnumerable<(string, string)>)[(Profile, configuration.Scrub)],
    ];

    private static string PathIn(HostConfiguration configuration) => Path.Combine(configuration.State, "agent", "in-force.json");

    private static string? HashOf(string path)
    {
        try
        {
            return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? TextOf(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InForce))]
internal sealed partial class InForceJson : JsonSerializerContext;
