namespace DebugRelay.Scrubbing.Profiles;

/// <summary>The files that ship inside this assembly.</summary>
internal static class ShippedProfiles
{
    public const string Default = "default";
    public const string Strict = "strict";
    public const string None = "none";

    private const string SchemaFile = "scrub.schema.json";

    public static IReadOnlyList<string> Names { get; } = [Default, Strict, None];

    /// <summary>The content of <see cref="Default"/> or <see cref="Strict"/>; <see cref="None"/> is no file.</summary>
    public static byte[] Content(string name) => Resource($"{name}.json");

    public static string Schema() => System.Text.Encoding.UTF8.GetString(Resource(SchemaFile));

    private static byte[] Resource(string file)
    {
        using var stream = typeof(ShippedProfiles).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"{file} is missing in this build");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
