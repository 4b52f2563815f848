using DebugRelay.Cli.Failures;
using DebugRelay.Scrubbing;

namespace DebugRelay.Cli.Commands.Scrub;

/// <summary>Loads the profile that an option names: one that ships, or a file.</summary>
internal static class ProfileFile
{
    /// <exception cref="UsageException">There is no such profile, or it cannot be used; the message names the line.</exception>
    public static ScrubProfile Load(string nameOrPath)
    {
        try
        {
            return ScrubProfile.ShippedNames.Contains(nameOrPath)
                ? ScrubProfile.Load(nameOrPath)
                : ScrubProfile.Parse(Path.GetFileName(nameOrPath), Read(nameOrPath));
        }
        catch (ScrubProfileException error)
        {
            throw new UsageException($"{nameOrPath}: {error.Message}", "`debugrelay scrub --schema` prints what a profile may hold", error);
        }
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string shipped = string.Join(", ", ScrubProfile.ShippedNames);
            throw new UsageException($"there is no scrub profile '{path}': {error.Message}", $"give {shipped}, or the path of a profile", error);
        }
    }
}
