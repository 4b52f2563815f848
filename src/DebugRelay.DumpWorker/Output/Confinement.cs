namespace DebugRelay.DumpWorker.Output;

/// <summary>Takes rights from this process and from those that it starts. What the host does not let be taken is left out of the account.</summary>
internal static class Confinement
{
    /// <summary>Any user without rights of his own: the kernel's overflow id, which owns no file.</summary>
    private const uint Nobody = 65534;

    /// <summary>A process that works for others: it can be told to go, and its host's other programs come first.</summary>
    private const int Nice = 5;

    /// <summary>They gain no rights by what they run, and a crash leaves no file with what they had in memory.</summary>
    /// <returns>Names of what could be applied.</returns>
    public static string[] ApplyLeast() => [.. Least()];

    /// <summary>Besides: no network and no look into other processes, by a filter of system calls; a user who owns nothing, where this one is root; a lower priority.</summary>
    /// <returns>Names of what could be applied.</returns>
    public static string[] ApplyAll()
    {
        // Asked before it can no longer be read: the process that verifies is this program again.
        string program = Environment.ProcessPath!;
        var applied = new List<string>(Least());
        if (SystemCalls.LowerPriority(Nice))
            applied.Add("low-priority");
        if (SystemCalls.EffectiveUser() == 0 && IsOpenToAll(program) && SystemCalls.BecomeUser(Nobody))
            applied.Add("own-user");
        if (SystemCalls.FilterCalls())
            applied.Add("no-network");
        return [.. applied];
    }

    private static IEnumerable<string> Least()
    {
        if (SystemCalls.GainNoPrivileges())
            yield return "no-new-privileges";
        if (SystemCalls.LeaveNoCore())
            yield return "no-core-files";
    }

    /// <summary>Whether every user may read and run the program: libraries are loaded as they are needed.</summary>
    private static bool IsOpenToAll(string program)
    {
        if ((File.GetUnixFileMode(program) & (UnixFileMode.OtherRead | UnixFileMode.OtherExecute)) != (UnixFileMode.OtherRead | UnixFileMode.OtherExecute))
            return false;
        for (DirectoryInfo? folder = Directory.GetParent(program); folder is not null; folder = folder.Parent)
        {
            if ((folder.UnixFileMode & UnixFileMode.OtherExecute) == 0)
                return false;
        }
        return true;
    }
}
