using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;

namespace DebugRelay.TestSupport.Processes;

/// <summary>The EventPipe sessions that a .NET process has room for. One that somebody left behind is missing among the free ones.</summary>
public static class TargetSessions
{
    /// <summary>How many sessions a runtime takes.</summary>
    public const int All = 64;

    /// <summary>Threads of a process' event pipes: its diagnostic server has one, and each session that streams one more. Seen at once, where taking all sessions takes seconds.</summary>
    public static int CountThreads(int pid) => Directory.GetDirectories($"/proc/{pid}/task").Count(IsEventPipe);

    /// <summary>Takes all sessions of a process and gives them back.</summary>
    /// <exception cref="InvalidOperationException">Somebody has one.</exception>
    public static async Task AreFreeAsync(int pid, CancellationToken cancellation)
    {
        if (await CountFreeAsync(pid, cancellation) is < All and var free)
            throw new InvalidOperationException($"process {pid} has {free} of {All} sessions free");
    }

    /// <summary>Waits until all are free: the runtime ends a session whose reader is gone when it next writes to it.</summary>
    public static async Task UntilFreeAsync(int pid, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (await CountFreeAsync(pid, cancellation) < All)
            await timer.WaitForNextTickAsync(cancellation);
    }

    /// <summary>Takes what sessions can be had of a process and gives them back.</summary>
    public static async Task<int> CountFreeAsync(int pid, CancellationToken cancellation)
    {
        var client = new DiagnosticsClient(pid);
        var sessions = new List<(EventPipeSession Session, Task Read)>();
        try
        {
            while (sessions.Count < All)
            {
                EventPipeSession session = await client.StartEventPipeSessionAsync([new EventPipeProvider("None", EventLevel.Error)], false, 1, cancellation);
                sessions.Add((session, session.EventStream.CopyToAsync(Stream.Null, cancellation)));
            }
        }
        catch (ServerErrorException)
        {
            // Not all are free.
        }
        foreach ((EventPipeSession session, Task read) in sessions)
        {
            await session.StopAsync(cancellation);
            await read;
            session.Dispose();
        }
        return sessions.Count;
    }

    private static bool IsEventPipe(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).StartsWith(".NET EventPipe", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // The thread has ended.
            return false;
        }
    }
}
