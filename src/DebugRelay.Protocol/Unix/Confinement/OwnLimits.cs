namespace DebugRelay.Protocol.Unix.Confinement;

/// <summary>What a process takes from itself, all its threads at once and for good, before it reads the first byte that others wrote.</summary>
/// <remarks>
/// These belong to a process and not to a thread: taken here they are as strong as taken before its start, since until then it has read nothing but what its
/// starter sent. What belongs to threads (user, capabilities, namespaces, files) its starter takes before, see the broker's launcher.
/// </remarks>
/// <param name="Memory">Bytes of memory that it may write to, heaps and stacks together.</param>
/// <param name="ProcessorTime">Processor time; afterwards it is killed.</param>
/// <param name="Descriptors">Open files and sockets.</param>
/// <param name="FileSize">Bytes of the largest file; null: it has no file to write to.</param>
/// <param name="OpensFiles">Whether it may open files for reading, among those that its starter left it.</param>
/// <param name="Child">A process that it has started before and may end; 0: none.</param>
public sealed record OwnLimits(long Memory, TimeSpan ProcessorTime, int Descriptors, long? FileSize, bool OpensFiles, int Child)
{
    private const int Processor = 0, File = 1, Data = 2, CoreFile = 4, Processes = 6, OpenFiles = 7;
    private const int SetNoNewPrivileges = 38, SetDumpable = 4;

    /// <summary>Threads of a worker: some for each operation at once, and the runtime's own. It is a user's limit, and holds for those who have their own.</summary>
    private const ulong Threads = 512;

    private static readonly TimeSpan LastWarning = TimeSpan.FromSeconds(5);

    /// <summary>Takes them.</summary>
    /// <returns>Names of what could be applied.</returns>
    public string[] Apply() => [.. All()];

    /// <summary>Gains no rights by what it runs, and leaves no file with what it had in memory when it crashes.</summary>
    /// <returns>Names of what could be applied.</returns>
    public static string[] ApplyLeast() => [.. Least()];

    private static IEnumerable<string> Least()
    {
        if (ConfinementCalls.ProcessControl(SetNoNewPrivileges, 1, 0, 0, 0) == 0)
            yield return "no-new-privileges";
        if (Set(CoreFile, 0))
            yield return "no-core-files";
    }

    private IEnumerable<string> All()
    {
        foreach (string applied in Least())
            yield return applied;
        // Others of the same user do not look into it.
        _ = ConfinementCalls.ProcessControl(SetDumpable, 0, 0, 0, 0);
        if (Set(Data, (ulong)Memory))
            yield return "memory-limit";
        if (SetProcessorTime())
            yield return "processor-limit";
        _ = Set(OpenFiles, (ulong)Descriptors);
        if (FileSize is { } size)
            _ = Set(File, (ulong)size);
        if (WorkerUser.IsOne(ConfinementCalls.EffectiveUser()))
            _ = Set(Processes, Threads);
        if (SystemCallFilter.Apply(OpensFiles, Child))
            yield return OpensFiles ? "system-call-filter" : "no-files";
    }

    private unsafe bool SetProcessorTime()
    {
        ulong* limits = stackalloc ulong[2];
        (limits[0], limits[1]) = ((ulong)Math.Ceiling(ProcessorTime.TotalSeconds), (ulong)Math.Ceiling((ProcessorTime + LastWarning).TotalSeconds));
        return ConfinementCalls.SetLimit(Processor, limits) == 0;
    }

    private static unsafe bool Set(int resource, ulong most)
    {
        ulong* limits = stackalloc ulong[2];
        (limits[0], limits[1]) = (most, most);
        return ConfinementCalls.SetLimit(resource, limits) == 0;
    }
}
