using System.Text.Json;

namespace DebugRelay.Recording;

/// <summary>Members of JSON that another program wrote: what is missing or of another kind is null, false or empty.</summary>
internal static class JsonFields
{
    public static string? TextOf(this JsonElement parent, string name) =>
        parent.Member(name) is { ValueKind: JsonValueKind.String } value ? Text(value) : null;

    public static long? CountOf(this JsonElement parent, string name) =>
        parent.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    public static ulong? NumberOf(this JsonElement parent, string name) =>
        parent.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetUInt64(out var number) ? number : null;

    public static bool FlagOf(this JsonElement parent, string name) => parent.Member(name) is { ValueKind: JsonValueKind.True };

    public static JsonElement? ObjectOf(this JsonElement parent, string name) => parent.Member(name) is { ValueKind: JsonValueKind.Object } value ? value : null;

    public static IEnumerable<JsonElement> ItemsOf(this JsonElement parent, string name) =>
        parent.Member(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

    public static IReadOnlyList<string> TextsOf(this JsonElement parent, string name) =>
        [.. parent.ItemsOf(name).Where(item => item.ValueKind == JsonValueKind.String).Select(Text).OfType<string>()];

    public static Dictionary<string, long> CountsOf(this JsonElement parent, string name)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        if (parent.ObjectOf(name) is not { } value)
            return counts;
        foreach (var member in value.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt64(out var count))
                counts[member.Name] = count;
        }

        return counts;
    }

    /// <summary>Escapes may spell half a character, which no string can hold.</summary>
    private static string? Text(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement? Member(this JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : null;
}
