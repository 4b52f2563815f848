namespace DebugRelay.Tests.Recording;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("recording-").FullName;

    public static implicit operator string(TemporaryFolder folder) => folder.Path;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
