using DebugRelay.Scrubbing;

namespace DebugRelay.Worker;

/// <summary>Reads a profile as a session would, and scrubs its canaries.</summary>
internal static class ProfileCheck
{
    /// <returns>The exit code: 0 where it can be used.</returns>
    public static int Run(string name, Stream input, TextWriter errors)
    {
        using var content = new MemoryStream();
        input.CopyTo(content);
        try
        {
            _ = ScrubProfile.Parse(name, content.ToArray());
            return 0;
        }
        catch (ScrubProfileException e)
        {
            errors.WriteLine(e.Message);
            return 1;
        }
    }
}
