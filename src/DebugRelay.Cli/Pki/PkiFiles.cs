using System.Text;

namespace DebugRelay.Cli.Pki;

/// <summary>The authority's folder. Every file has mode 0600, appears whole or not at all, and replaces another one only when told to.</summary>
internal sealed class PkiFiles(string directory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string PathOf(string fileName) => Path.Combine(directory, fileName);

    public bool Exists(string fileName) => File.Exists(PathOf(fileName));

    public void CreateDirectory()
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
    }

    /// <summary>Keeps a second command out of the folder, so that numbers rise and no list loses an entry.</summary>
    public FileStream Lock()
    {
        try
        {
            return new FileStream(PathOf("ca.lock"), Options(FileMode.OpenOrCreate));
        }
        catch (DirectoryNotFoundException)
        {
            throw new PkiException($"{directory} does not exist", "run pki init first");
        }
        catch (IOException)
        {
            throw new PkiException($"another command works in {directory}", "try again when it is done");
        }
    }

    public string Read(string fileName)
    {
        try
        {
            return File.ReadAllText(PathOf(fileName));
        }
        catch (FileNotFoundException)
        {
            throw new PkiException($"{PathOf(fileName)} is missing", "run pki init first, or give the folder of an authority");
        }
    }

    public void RefuseExisting(bool force, params IReadOnlyList<string> fileNames)
    {
        if (!force && fileNames.FirstOrDefault(Exists) is { } existing)
        {
            throw new PkiException($"{PathOf(existing)} exists", "give --force to overwrite it");
        }
    }

    public void Write(string fileName, string text)
    {
        string temporary = PathOf($".{fileName}.{Guid.NewGuid():n}");
        try
        {
            using (var file = new FileStream(temporary, Options(FileMode.CreateNew)))
            {
                file.Write(Encoding.ASCII.GetBytes(text.TrimEnd('\n') + "\n"));
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, PathOf(fileName), overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public void AppendLine(string fileName, string line)
    {
        using var file = new FileStream(PathOf(fileName), Options(FileMode.Append));
        file.Write(Encoding.ASCII.GetBytes(line + "\n"));
        file.Flush(flushToDisk: true);
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        return options;
    }
}
