namespace DebugRelay.Protocol.Unix;

/// <summary>Who goes first when the host's memory ends (proc_pid_oom_score_adj(5)): we do, before what we look at.</summary>
public static class OutOfMemory
{
    /// <summary>As the units of systemd have it, for those that are started without one.</summary>
    private const int Ours = 500;

    private const string Own = "/proc/self/oom_score_adj";

    /// <summary>Offers this process, and those that it starts. One that is offered already stays so.</summary>
    public static void Offer()
    {
        try
        {
            if (int.TryParse(File.ReadAllText(Own), System.Globalization.CultureInfo.InvariantCulture, out int now) && now < Ours)
                File.WriteAllText(Own, Ours.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A host that does not have it, or does not let it be.
        }
    }
}
