using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Commands.Access;

/// <summary>Requests and grants as files: whole or not at all, mode 0600.</summary>
internal static class AccessFile
{
    /// <exception cref="UsageException">It exists, and is not to be overwritten.</exception>
    /// <exception cref="LocalException">It cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes, bool overwrite)
    {
        ResultFile.Check(path, overwrite);
        string fresh = $"{path}.new";
        try
        {
            File.Delete(fresh);
            using (FileStream file = PrivateFile.Create(fresh))
                file.Write(bytes);
            File.Move(fresh, path, overwrite);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LocalException($"{path} cannot be written: {error.Message}", "give another path with -o", error);
        }
    }
}
