namespace DebugRelay.Audit.Files;

/// <summary>Folders of what a publish made, as far as a folder shows it.</summary>
internal static class PublishFolder
{
    /// <summary>Whether a program lies there beside its runtime configuration.</summary>
    public static bool IsOne(string folder)
    {
        try
        {
            return Directory.EnumerateFiles(folder, "*.runtimeconfig.json").Any() || Directory.EnumerateFiles(folder, "*.deps.json").Any();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The names of assemblies that the program's own projects made, from its deps.json; null where there is none.</summary>
    public static HashSet<string>? OwnAssemblies(string folder)
    {
        var own = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        string[] files;
        try
        {
            files = Directory.GetFiles(folder, "*.deps.json");
            foreach (string file in files)
            {
                using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(file));
                foreach (System.Text.Json.JsonProperty library in json.RootElement.GetProperty("libraries").EnumerateObject())
                {
                    if (library.Value.GetProperty("type").GetString() == "project")
                        own.Add(library.Name.Split('/')[0]);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Text.Json.JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
        return files.Length == 0 ? null : own;
    }
}
