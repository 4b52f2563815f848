namespace DebugRelay.Policy.Schemas;

/// <summary>The JSON Schemas (2020-12) that ship, for editors; the readers are stricter where a schema cannot say it.</summary>
public static class SchemaFiles
{
    /// <summary>Of policy.json.</summary>
    public static string Policy => Read("policy.schema.json");

    /// <summary>Of agent.json.</summary>
    public static string Agent => Read("agent.schema.json");

    private static string Read(string name)
    {
        using Stream stream = typeof(SchemaFiles).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
