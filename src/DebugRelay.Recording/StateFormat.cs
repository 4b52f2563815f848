using System.Globalization;
using System.Text;

namespace DebugRelay.Recording;

/// <summary>
/// The version of what a process keeps in its folder of state. A program that finds a later one than its own must not go on: what it does not understand it would
/// forget, and what was used up or revoked would be had again.
/// </summary>
public static class StateFormat
{
    /// <summary>What this build writes. It rises when an older build would read something wrongly.</summary>
    public const int Version = 1;

    private const string FileName = "format";

    /// <summary>Makes sure that this build may use a folder, and writes its version into one that has none yet.</summary>
    /// <param name="folder">The process's own: `state/agent` or `state/broker`.</param>
    /// <exception cref="StateException">It has a later version, or its version cannot be read or written; nothing was changed.</exception>
    public static void Claim(string folder)
    {
        var state = new StateFolder(folder);
        // What was kept before there were versions is the first.
        if (state.Read(FileName) is not { } text)
        {
            state.Write(FileName, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Version}\n")));
            return;
        }
        if (!int.TryParse(Encoding.ASCII.GetString(text).TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out int found) || found < 1)
            throw new StateException($"{Path.Combine(folder, FileName)} is damaged: it holds no version");
        if (found > Version)
            throw new StateException($"{folder} was written by a later version: its format is {found}, and this one knows {Version}; install the later version again, or put back the state of this one's time");
    }
}
