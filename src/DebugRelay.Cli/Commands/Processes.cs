using System.Buffers;
using System.Globalization;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands;

/// <summary>The processes of a host, and which of them the user means.</summary>
internal static class Processes
{
    private const string Operation = "process.list";

    // Some 500 bytes a process: room for a host with thousands.
    private const int MaxListBytes = 4 * 1024 * 1024;

    /// <exception cref="RefusedException">The policy does not let the caller list processes.</exception>
    public static async Task<ListedProcess[]> ListAsync(Session session, CancellationToken cancellation)
    {
        await using Operation operation = await session.StartAsync(new OperationOrder(Operation), cancellation);
        byte[] json = await operation.ReceiveAllAsync(MaxListBytes, cancellation);
        return ProtocolJson.Read(new ReadOnlySequence<byte>(json), ProtocolJson.Default.ProcessList).Processes;
    }

    /// <summary>The one process that the user means.</summary>
    /// <exception cref="NoTargetException">None fits.</exception>
    /// <exception cref="UsageException">Several fit.</exception>
    public static async Task<TargetProcess> FindAsync(Session session, string target, CancellationToken cancellation)
        => Choose(await ListAsync(session, cancellation), target, session.Hello.Host);

    /// <summary>The same, with what the caller may do with it.</summary>
    /// <exception cref="NoTargetException">None fits.</exception>
    /// <exception cref="UsageException">Several fit.</exception>
    public static async Task<ListedProcess> FindListedAsync(Session session, string target, CancellationToken cancellation)
    {
        ListedProcess[] processes = await ListAsync(session, cancellation);
        TargetProcess chosen = Choose(processes, target, session.Hello.Host);
        return processes.First(listed => listed.Process == chosen);
    }

    /// <summary>Chooses by pid where <paramref name="target"/> is a number, else by name: as it is written first, then in any case.</summary>
    public static TargetProcess Choose(IReadOnlyList<ListedProcess> processes, string target, string host)
    {
        TargetProcess[] all = [.. processes.Select(listed => listed.Process)];
        TargetProcess[] fitting = int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            ? [.. all.Where(process => process.Pid == pid)]
            : Named(all, target, StringComparison.Ordinal) is { Length: > 0 } exact ? exact : Named(all, target, StringComparison.OrdinalIgnoreCase);
        return fitting switch
        {
            [] => throw new NoTargetException($"no process {target} on {host} that you may see", "see the processes with `debugrelay ps`"),
            [var one] => one,
            _ => throw new UsageException($"{fitting.Length} processes are named {target}: {string.Join(", ", fitting.Select(Describe))}", "give the pid"),
        };
    }

    /// <summary>All of this name.</summary>
    public static TargetProcess[] Named(TargetProcess[] all, string name) => Named(all, name, StringComparison.Ordinal);

    /// <summary>By its name, or by CONTAINER/NAME.</summary>
    private static TargetProcess[] Named(TargetProcess[] all, string name, StringComparison comparison)
        => [.. all.Where(process => string.Equals(process.Name, name, comparison) || (process.Container is { } container && string.Equals($"{container}/{process.Name}", name, comparison)))];

    private static string Describe(TargetProcess process)
        => $"{process.Pid} ({Table.Printable(process.User)}{(process.Container is { } container ? $", container {Table.Printable(container)}" : "")}, up {Durations.Show(Age(process))})";

    /// <summary>How long it has been running; never below zero, whatever the clocks say.</summary>
    public static TimeSpan Age(TargetProcess process)
    {
        TimeSpan age = DateTimeOffset.UtcNow - process.Started;
        return age < TimeSpan.Zero ? TimeSpan.Zero : age;
    }
}
