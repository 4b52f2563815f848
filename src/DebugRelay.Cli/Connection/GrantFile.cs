using DebugRelay.Cli.Failures;
using DebugRelay.Policy.Grants;

namespace DebugRelay.Cli.Connection;

/// <summary>A grant's two files: `grant.json`, and `grant.p7s` beside it.</summary>
internal static class GrantFile
{
    // Twice what is accepted: enough to say what is wrong with a file that is too large.
    private const int LargestFile = 2 * DebugRelay.Policy.Limits.DetachedSignatureBytes;

    /// <summary>Where the signatures of a grant lie.</summary>
    public static string SignaturesOf(string path) => Path.ChangeExtension(path, ".p7s");

    /// <summary>Loads both. That the signatures hold is the host's to judge, and `access verify`'s.</summary>
    /// <exception cref="UsageException">A file cannot be read, or the document is no grant.</exception>
    public static GrantFiles Load(string path)
    {
        var files = new GrantFiles(Read(path), Read(SignaturesOf(path)));
        try
        {
            GrantCheck.Parse(files);
            return files;
        }
        catch (GrantException error)
        {
            throw new UsageException($"{path}: {error.Message}", "give the grant.json that `access approve` made, unchanged", error);
        }
    }

    /// <exception cref="UsageException">It cannot be read, or it is too large to be one of ours.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LargestFile)
                throw new UsageException($"{path} is too large to be a grant or a request", null);
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string? advice = path.EndsWith(".p7s", StringComparison.Ordinal) ? "a grant is two files, NAME.json and NAME.p7s, side by side" : "look at the path";
            throw new UsageException($"{path} cannot be read: {error.Message}", advice, error);
        }
    }
}
