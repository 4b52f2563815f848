using System.Text.Json;
using System.Text.Json.Nodes;
using DebugRelay.Policy.Revocation;

namespace DebugRelay.Cli.Commands.Deny;

/// <summary>A deny list that is being written.</summary>
internal sealed class DenyDraft
{
    private readonly JsonArray _entries;
    private readonly ulong _version;

    private DenyDraft(ulong version, JsonArray entries) => (_version, _entries) = (version, entries);

    /// <summary>The list with the next version, or a new one where there is no file.</summary>
    /// <exception cref="Failures.UsageException">The file is no deny list.</exception>
    public static DenyDraft Load(string path)
    {
        if (!File.Exists(path))
            return new DenyDraft(1, []);
        byte[] content = File.ReadAllBytes(path);
        DenyList list = DenyCommand.Parse(path, content);
        return new DenyDraft(list.Version + 1, (JsonArray)JsonNode.Parse(content)!["entries"]!.DeepClone());
    }

    public void Add(IReadOnlyList<JsonObject> entries)
    {
        foreach (JsonObject entry in entries)
            _entries.Add((JsonNode)entry);
    }

    public byte[] ToUtf8()
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("purpose", DenyList.Purpose);
            writer.WriteNumber("version", _version);
            writer.WritePropertyName("entries");
            _entries.WriteTo(writer);
            writer.WriteEndObject();
        }
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }
}
