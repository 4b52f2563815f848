using Microsoft.Win32.SafeHandles;

namespace DebugRelay.DumpWorker.Output;

/// <summary>A result that gets its name only when it is whole and verified. Until then it has none, where the file system can do that.</summary>
internal sealed class ResultName : IDisposable
{
    private readonly string _path;
    private readonly string? _temporary;
    private bool _kept;

    private ResultName(string path, SafeFileHandle file, string? temporary) => (_path, File, _temporary) = (path, file, temporary);

    /// <summary>The file: empty, readable by nobody else.</summary>
    public SafeFileHandle File { get; }

    /// <exception cref="IOException">It cannot be made.</exception>
    public static ResultName Create(string path)
    {
        if (SystemCalls.CreateUnnamed(Path.GetDirectoryName(Path.GetFullPath(path))!) is { } unnamed)
            return new ResultName(path, unnamed, null);
        string temporary = TemporaryNameFor(path);
        FileStream made = new(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        return new ResultName(path, made.SafeFileHandle, temporary);
    }

    /// <summary>Gives it its name.</summary>
    /// <exception cref="IOException">There is a file of that name.</exception>
    public void Keep(bool overwrite)
    {
        string temporary = _temporary ?? TemporaryNameFor(_path);
        if (_temporary is null)
            SystemCalls.Name(File, temporary);
        try
        {
            System.IO.File.Move(temporary, _path, overwrite);
            _kept = true;
        }
        finally
        {
            System.IO.File.Delete(temporary);
        }
    }

    private static string TemporaryNameFor(string path) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, $".{Path.GetFileName(path)}.{Guid.NewGuid():n}");

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Dispose();
        if (!_kept && _temporary is not null)
            System.IO.File.Delete(_temporary);
    }
}
