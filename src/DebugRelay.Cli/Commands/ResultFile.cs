using System.Buffers;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Commands;

/// <summary>
/// A file that a command makes: mode 0600, never over another without `--force`. It grows under a name that says "partial" and gets its own
/// name when it is whole, so that nobody takes half a result for a whole one.
/// </summary>
internal sealed class ResultFile : IAsyncDisposable
{
    private readonly FileStream _stream;
    private readonly bool _overwrite;
    private bool _whole;

    private ResultFile(string path, bool overwrite)
    {
        (Path, _overwrite) = (path, overwrite);
        PartialPath = PartialOf(path);
        if (overwrite)
            File.Delete(PartialPath);
        _stream = PrivateFile.Create(PartialPath);
    }

    /// <summary>The name of the whole file.</summary>
    public string Path { get; }

    /// <summary>The name of a file that is not whole: `trace.partial.nettrace` for `trace.nettrace`.</summary>
    public string PartialPath { get; }

    public long Length { get; private set; }

    /// <summary>Says early what would fail late.</summary>
    /// <exception cref="UsageException">The file exists, or its folder does not.</exception>
    public static void Check(string path, bool overwrite)
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
            throw new UsageException($"there is no folder {folder}", "make it, or give another path");
        foreach (string taken in (string[])[path, PartialOf(path)])
        {
            if (!overwrite && System.IO.Path.Exists(taken))
                throw new UsageException($"{taken} exists already", "give another path, or overwrite it with --force");
        }
    }

    /// <exception cref="LocalException">It cannot be made.</exception>
    public static ResultFile Create(string path, bool overwrite)
    {
        Check(path, overwrite);
        try
        {
            return new ResultFile(path, overwrite);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LocalException($"{path} cannot be written: {error.Message}", "give another path with -o", error);
        }
    }

    public async ValueTask AppendAsync(ReadOnlySequence<byte> bytes, CancellationToken cancellation)
    {
        foreach (ReadOnlyMemory<byte> part in bytes)
            await _stream.WriteAsync(part, cancellation);
        Length += bytes.Length;
    }

    /// <summary>The result is whole: it gets its name.</summary>
    public async Task FinishAsync()
    {
        await _stream.DisposeAsync();
        File.Move(PartialPath, Path, _overwrite);
        _whole = true;
    }

    /// <summary>Keeps a partial file only where something is in it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        if (!_whole && Length == 0)
            File.Delete(PartialPath);
    }

    private static string PartialOf(string path)
        => System.IO.Path.ChangeExtension(path, $".partial{System.IO.Path.GetExtension(path)}");
}
