using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Endurance.Sessions;

/// <summary>Short sessions, one after the other: what agent and broker hold must not grow with them.</summary>
internal static class SessionSeries
{
    private const int Looks = 20;

    /// <summary>Sessions before the first look: they bring the code and the pools, which stay.</summary>
    private const int WarmUp = 50;

    /// <summary>A heap that is collected when it pleases breathes by some per cent; a leak of 1 KB a session is 5 MB between the halves of 10,000.</summary>
    private const double MoreMegabytes = 3;

    /// <summary>One or two connections are just being closed; a leak would be one of each session.</summary>
    private const int MoreDescriptors = 2;

    /// <summary>The pool of the runtime adds and takes away a few; a leak would be one of each session.</summary>
    private const int MoreThreads = 3;

    /// <returns>The exit code: 1 where something grew.</returns>
    public static async Task<int> RunAsync(int count)
    {
        using var temporary = new TemporaryFolder();
        await using RelayHost host = await RelayHost.StartAsync(temporaryFolder: temporary.Path);
        await using SampleProcess target = await SampleProcess.StartAsync();
        using X509Certificate2 alice = host.Authority.Client(RelayHost.Alice);
        int broker = 0;
        for (int i = 0; i < WarmUp; i++)
            await LookAsync(host, alice, target.Id);
        broker = HostProcesses.BrokerOf(host);

        var looks = new List<Look>();
        long start = Stopwatch.GetTimestamp();
        int every = Math.Max(count / Looks, 1);
        for (int i = 1; i <= count; i++)
        {
            await LookAsync(host, alice, target.Id);
            if (i % every != 0)
                continue;
            await Wait.UntilAsync(() => HostProcesses.WorkersOf(broker).Count == 0, "the workers are gone");
            looks.Add(new Look(i, ProcessFigures.Of(host.Agent.Id), ProcessFigures.Of(broker), FilesLeft(host, temporary)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{looks[^1]}, {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s"));
        }
        await TargetSessions.UntilFreeAsync(target.Id, CancellationToken.None);

        string[] grown = [.. Growth("agent", looks, l => l.Agent), .. Growth("broker", looks, l => l.Broker), .. looks[^1].Files > looks[0].Files ? [$"files: {looks[0].Files} at first, {looks[^1].Files} at last"] : Array.Empty<string>()];
        Array.ForEach(grown, Console.WriteLine);
        int recordings = Directory.GetDirectories(host.Recordings).Length;
        if (recordings != count + WarmUp)
            grown = [.. grown, $"{recordings} recordings of {count + WarmUp} sessions"];
        Console.WriteLine(grown.Length == 0 ? $"{count} sessions, nothing grew" : $"{count} sessions, {grown.Length} grew");
        return grown.Length == 0 ? 0 : 1;
    }

    /// <summary>The second half's median against the first one's: a single look may fall between two collections.</summary>
    private static IEnumerable<string> Growth(string name, List<Look> looks, Func<Look, ProcessFigures> of)
    {
        Look[] first = [.. looks.Take(looks.Count / 2)], second = [.. looks.Skip(looks.Count / 2)];
        foreach ((string what, Func<ProcessFigures, double> figure, double more) in new (string, Func<ProcessFigures, double>, double)[]
        {
            ("MB", f => f.Megabytes, MoreMegabytes), ("descriptors", f => f.Descriptors, MoreDescriptors), ("threads", f => f.Threads, MoreThreads),
        })
        {
            (double before, double after) = (Median(first), Median(second));
            if (after > before + more)
                yield return string.Create(CultureInfo.InvariantCulture, $"{name}: {before:0.0} {what} in the first half, {after:0.0} in the second");

            double Median(Look[] half) => half.Select(l => figure(of(l))).Order().ElementAt(half.Length / 2);
        }
    }

    /// <summary>Besides what a session is to leave, its recording and the ledgers' entries.</summary>
    private static int FilesLeft(RelayHost host, TemporaryFolder temporary)
    {
        string spool = host.Folder.File("spool");
        return (Directory.Exists(spool) ? Directory.GetFileSystemEntries(spool, "*", SearchOption.AllDirectories).Length : 0)
            + Directory.GetFileSystemEntries(temporary.Path, "*", SearchOption.AllDirectories).Length;
    }

    /// <summary>A list, and a trace that is stopped at once.</summary>
    private static async Task LookAsync(RelayHost host, X509Certificate2 alice, int pid)
    {
        CancellationToken none = CancellationToken.None;
        await using RawSession session = await RawSession.OpenAsync(host.Port, alice, none);
        TargetProcess target = await session.FindAsync(pid, none);
        var parameters = new EventPipeParameters { Providers = [new EventProvider("Nobody", 0, 0)], BufferMegabytes = 1, Rundown = false, DurationSeconds = 60 };
        await using RawClient trace = await session.SendAsync(session.Sign(session.Request("trace", target, parameters)), none);
        await trace.Reader.ExpectAsync(FrameType.Accepted, none);
        await trace.Writer.WriteAsync(FrameType.Stop, none);
        OperationEnd end = await trace.ReadToEndAsync(none);
        if (end.Partial)
            throw new InvalidOperationException($"a trace did not come whole: {end.Code}, {end.Message}");
        await session.Control.Writer.WriteAsync(FrameType.CloseSession, none);
        SessionClosed closed = await session.Control.ReadClosedAsync(none);
        if (closed.Code != ErrorCode.Closed)
            throw new InvalidOperationException($"a session closed with {closed.Code}, {closed.Message}");
    }

    private sealed record Look(int Sessions, ProcessFigures Agent, ProcessFigures Broker, int Files)
    {
        public override string ToString() => $"{Sessions} sessions: agent {Agent}; broker {Broker}; {Files} files";
    }
}
