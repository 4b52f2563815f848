using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Unix;

namespace DebugRelay.Broker.Workers;

/// <summary>Starts programs of ours that read what others wrote, with no right that they do not need.</summary>
/// <remarks>
/// Linux gives rights to threads, and a program inherits those of the thread that starts it. So a thread of its own takes everything from itself, starts the
/// program and ends: what starts is confined before its first instruction, and nothing runs between that could be got wrong. That thread must start no other
/// thread, which would inherit from it too: it waits and is waited for, and leaves nothing to the pool.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static class Launcher
{
    /// <summary>A descriptor that one start inherits is seen by another at the same moment.</summary>
    private static readonly Lock Starting = new();

    /// <summary>Processors that all of them together may use, by the host's limits; 0: all.</summary>
    public static int Processors { get; set; }

    /// <summary>Starts a program that lies beside this one.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="readable">What it may read besides itself and the runtime.</param>
    /// <param name="arguments">What comes before the number of the descriptor, its connection to us.</param>
    /// <exception cref="WorkerException">It cannot be started.</exception>
    public static Launched Start(string program, IReadOnlyList<string> readable, params string[] arguments)
    {
        string path = Path.Combine(AppContext.BaseDirectory, program);
        (Socket ours, SafeFileDescriptor theirs) = SocketPair.Create();
        using (theirs)
        {
            Launched? launched = null;
            Exception? failure = null;
            var thread = new Thread(() => (launched, failure) = TryStart(path, readable, arguments, ours, theirs)) { Name = "launcher", IsBackground = true };
            thread.UnsafeStart();
            thread.Join();
            if (launched is not null)
            {
                DieFirst(launched.Process);
                return launched;
            }
            ours.Dispose();
            throw new WorkerException(ErrorCode.WorkerGone, $"{program} could not be started: {failure!.Message}");
        }
    }

    private static (Launched?, Exception?) TryStart(string path, IReadOnlyList<string> readable, string[] arguments, Socket ours, SafeFileDescriptor theirs)
    {
        try
        {
            LostRights rights = Confinement.Take(path, readable, Processors);
            ProcessStartInfo start = Describe(path, [.. arguments, theirs.DangerousGetHandle().ToString(CultureInfo.InvariantCulture)]);
            lock (Starting)
            {
                SocketPair.Inherit(theirs);
                Process process = Process.Start(start)!;
                theirs.Dispose();
                return (new Launched(process, ours, rights), null);
            }
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            return (null, e);
        }
    }

    private static ProcessStartInfo Describe(string path, string[] arguments)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        WorkerEnvironment.Restrict(start);
        return start;
    }

    /// <summary>Where memory ends, the kernel takes a worker's before a target's, and before ours: an operation fails, and nothing else does.</summary>
    private static void DieFirst(Process process)
    {
        try
        {
            File.WriteAllText($"/proc/{process.Id}/oom_score_adj", "900");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has our own score, then.
        }
    }
}

/// <summary>A program that was started.</summary>
/// <param name="Process">The process.</param>
/// <param name="Socket">Our end of the connection to it.</param>
/// <param name="Rights">What it has not.</param>
[SupportedOSPlatform("linux")]
internal sealed record Launched(Process Process, Socket Socket, LostRights Rights);
