using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Commands.Demo;

/// <summary>Where the demo's files are: a private temporary folder that goes, and the folder that the user wants to keep, if any.</summary>
internal sealed class DemoFolder : IDisposable
{
    private readonly string _temporary = Directory.CreateTempSubdirectory("debugrelay-demo-").FullName;
    private readonly string? _kept;

    private DemoFolder(string? kept) => _kept = kept;

    /// <summary>For keys, configuration and state; private, and gone at the end.</summary>
    public string Private => _temporary;

    /// <summary>For what may be kept: `ca.crt`, `recordings/`, `trace.nettrace`.</summary>
    public string Results => _kept ?? _temporary;

    public bool IsKept => _kept is not null;

    public string Recordings => Path.Combine(Results, "recordings");

    public string Trace => Path.Combine(Results, "trace.nettrace");

    public string Authority => Path.Combine(Results, "ca.crt");

    /// <param name="keep">The user's folder; null: keep nothing.</param>
    /// <exception cref="UsageException">The folder has something in it, or cannot be made.</exception>
    public static DemoFolder Create(string? keep)
    {
        if (keep is null)
            return new DemoFolder(null);
        try
        {
            string path = Path.GetFullPath(keep);
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return Directory.EnumerateFileSystemEntries(path).Any()
                ? throw new UsageException($"{keep} is not empty", "give a new folder, or an empty one")
                : new DemoFolder(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"{keep} cannot be used: {error.Message}", "give a new folder, or an empty one", error);
        }
    }

    public void Dispose() => Directory.Delete(_temporary, recursive: true);
}
