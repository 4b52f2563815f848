using System.CommandLine;
using DebugRelay.Cli.Failures;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands.Recordings;

/// <summary>The folder of one session, as commands take it.</summary>
internal static class SessionFolder
{
    public static Argument<string> Argument() => new("PATH") { Description = "The folder of one session" };

    /// <exception cref="UsageException">There is no such folder, or it holds no recording.</exception>
    public static RecordedSession Read(string path) => Reading(() => SessionStory.Read(path));

    /// <exception cref="UsageException">What is read cannot be.</exception>
    public static T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (RecordingException error)
        {
            throw new UsageException(error.Message, "give the folder of a session: RECORDINGS/SESSION", error);
        }
    }
}
