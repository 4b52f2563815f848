using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace DebugRelay.Protocol.Unix;

/// <summary>Tells the service manager how we are (sd_notify(3)): ready, alive, stopping. Where there is none, nothing is told.</summary>
public static class ServiceManager
{
    /// <summary>The first of the descriptors that a service is given, sd_listen_fds(3).</summary>
    private const int FirstSocket = 3;

    /// <summary>Listening sockets that the manager has opened for us (socket activation), in the order of its unit; none where it has not. What we start does not have them.</summary>
    public static IReadOnlyList<int> Sockets()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("LISTEN_PID") != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
            || !int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            return [];
        int[] sockets = [.. Enumerable.Range(FirstSocket, count)];
        Array.ForEach(sockets, SocketPair.KeepToOurselves);
        return sockets;
    }

    /// <summary>The service is ready: units that wait for it may go on.</summary>
    public static void Ready() => Notify("READY=1");

    /// <summary>The service stops, in order.</summary>
    public static void Stopping() => Notify("STOPPING=1");

    /// <summary>Says that we are alive, twice as often as the manager wants to hear it, until told to stop. Returns at once where it does not.</summary>
    /// <param name="isWell">Asked each time: who is not well says nothing, and is restarted.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task WatchdogAsync(Func<bool> isWell, TimeProvider clock, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(isWell);
        if (!long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) || microseconds < 2)
            return;
        using var timer = new PeriodicTimer(TimeSpan.FromMicroseconds(microseconds / 2.0), clock);
        try
        {
            do
            {
                if (isWell())
                    Notify("WATCHDOG=1");
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }

    private static void Notify(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 1 } path || path[0] is not ('/' or '@'))
            return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // The manager may be slow; we are not to wait for it.
            socket.Blocking = false;
            socket.SendTo(Encoding.ASCII.GetBytes(state), new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path));
        }
        catch (SocketException e)
        {
            Console.Error.WriteLine($"the service manager could not be told {state} ({e.SocketErrorCode})");
        }
    }
}
