namespace DebugRelay.TestSupport;

/// <summary>
/// A fresh folder of mode 0700 directly under the temp folder, deleted with all it holds on dispose.
/// Its path stays short because Unix sockets are made in it, and theirs are limited to 108 bytes.
/// </summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("dr-").FullName;

    /// <summary>Whether it stays when this is disposed, for somebody to look into it.</summary>
    public bool IsKept { get; set; }

    /// <summary>The path of <paramref name="name"/> inside the folder; nothing is made there.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string CreateFolder(string name) => Directory.CreateDirectory(File(name)).FullName;

    public string WriteFile(string name, string text)
    {
        string path = File(name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        if (!IsKept && Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }
}
