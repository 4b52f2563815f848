using System.Text.Json;

namespace DebugRelay.Recording;

/// <summary>What stands in the bytes that an engineer signed. They are a stranger's until the decision says otherwise: what is odd in them is left out.</summary>
internal static class RequestFields
{
    public static RecordedOperation Read(RecordingEntry entry)
    {
        var operation = new RecordedOperation { Asked = entry.Time };
        if (entry.Body.TextOf("request") is not { } base64)
            return operation;
        var signed = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, signed, out var length))
            return operation;
        operation = operation with { RequestSha256 = Digest.Hex(signed.AsSpan(0, length)) };
        try
        {
            using var json = JsonDocument.Parse(signed.AsMemory(0, length));
            return Describe(operation, json.RootElement);
        }
        catch (JsonException)
        {
            return operation;
        }
    }

    private static RecordedOperation Describe(RecordedOperation operation, JsonElement request) => operation with
    {
        Number = request.NumberOf("number"),
        Operation = request.TextOf("operation"),
        Pid = request.ObjectOf("target")?.CountOf("pid") is { } pid and <= int.MaxValue ? (int)pid : null,
        Providers = request.ObjectOf("parameters") is { } parameters ? [.. parameters.ItemsOf("providers").Select(Provider)] : [],
    };

    private static string Provider(JsonElement provider)
    {
        var text = $"{provider.TextOf("name")}:{provider.TextOf("keywords")}:{provider.CountOf("level")}";
        return provider.TextOf("arguments") is { } arguments ? $"{text}:{arguments}" : text;
    }
}
