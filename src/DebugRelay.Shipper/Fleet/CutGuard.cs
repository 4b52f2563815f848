using System.Globalization;
using DebugRelay.Policy.Configuration;

namespace DebugRelay.Shipper.Fleet;

/// <summary>
/// For hosts that must not serve by an old deny list (`"cut": "stop"`): lays the kill file while it was too long ago that the bus could be asked, and takes
/// away the one that it laid itself. One that somebody else laid, or touched since, stays.
/// </summary>
internal sealed class CutGuard(HostConfiguration agent, TimeSpan limit, TextWriter log, TimeProvider time)
{
    private const string Mark = "laid by debugrelay-shipper: ";

    private bool _told;

    /// <param name="confirmed">When the bus was last asked with success; null: never.</param>
    public void Judge(DateTimeOffset? confirmed)
    {
        DateTimeOffset now = time.GetUtcNow();
        // A time that is still to come is a clock that was set back: it proves nothing.
        bool isCurrent = confirmed is { } at && at <= now && now - at <= limit;
        try
        {
            if (isCurrent)
                Open();
            else
                Close(confirmed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Tell($"fleet: the kill file {agent.KillFile} cannot be {(isCurrent ? "taken away" : "laid")}: {e.Message}");
        }
    }

    private void Close(DateTimeOffset? confirmed)
    {
        if (File.Exists(agent.KillFile))
            return;
        string since = confirmed is { } at ? at.ToString("u", CultureInfo.InvariantCulture) : "ever";
        string fresh = agent.KillFile + ".fleet";
        File.WriteAllText(fresh, $"{Mark}the bus could not be asked since {since}\n");
        // The time of the file is our seal: whoever touches it makes it his own.
        File.SetLastWriteTimeUtc(fresh, Seal);
        File.Move(fresh, agent.KillFile!, overwrite: false);
        Tell($"fleet: everything on this host is stopped: the bus could not be asked since {since}");
    }

    private void Open()
    {
        if (!File.Exists(agent.KillFile))
        {
            _told = false;
            return;
        }
        if (File.GetLastWriteTimeUtc(agent.KillFile) != Seal || !File.ReadAllText(agent.KillFile).StartsWith(Mark, StringComparison.Ordinal))
            return;
        File.Delete(agent.KillFile);
        log.WriteLine("fleet: the bus has been asked; this host serves again");
        _told = false;
    }

    private static DateTime Seal => new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private void Tell(string line)
    {
        if (!_told)
            log.WriteLine(line);
        _told = true;
    }
}
