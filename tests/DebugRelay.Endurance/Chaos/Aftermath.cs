using System.Globalization;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Endurance.Chaos;

/// <summary>What must hold after every fault, whichever it was.</summary>
internal sealed class Aftermath(Site site, ProcessFigures agentBase, ProcessFigures brokerBase)
{
    /// <summary>For each look: a loaded machine is no fault of the host's.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Connections that are just being closed.</summary>
    private const int MoreDescriptors = 4;

    /// <summary>What a heap and the compiler keep beyond a fresh process, once there were some sessions: most of it in the first rounds. A leak has no such end.</summary>
    private const double MoreMegabytes = 60;

    /// <returns>What does not hold, one clause each; empty where all does.</returns>
    public async Task<IReadOnlyList<string>> LookAsync(Round round)
    {
        var broken = new List<string>();
        await CheckAsync("the next client is served", () => ServeAsync(round.Cancellation));
        await CheckAsync("no thread of the target is stopped", () => Wait.UntilAsync(() => ProcessFigures.StoppedThreadsOf(site.Target.Id).Count == 0, "none is stopped"));
        await CheckAsync("no EventPipe session is left in the target", () => Wait.UntilAsync(() => TargetSessions.CountThreads(site.Target.Id) <= 1, "no session streams", Patience));
        await CheckAsync("no worker is left", async () =>
        {
            int broker = await site.BrokerAsync();
            await Wait.UntilAsync(() => HostProcesses.WorkersOf(broker).Count == 0, "there is none");
        });
        await CheckAsync("no raw file is left", () => Wait.UntilAsync(() => Left().Count == 0, () => $"there is none: {string.Join(", ", Left())}"));
        await CheckAsync("recordings verify", async () =>
        {
            foreach (string recording in round.Recordings)
                await VerifyAsync(site.Host, recording);
        });
        await CheckAsync("the agent is back at its base", () => BackAsync(() => Task.FromResult(site.Host.Agent.Id), agentBase));
        await CheckAsync("the broker is back at its base", () => BackAsync(site.BrokerAsync, brokerBase));
        return broken;

        async Task CheckAsync(string what, Func<Task> look)
        {
            try
            {
                await look().WaitAsync(Patience + Patience, round.Cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException || !round.Cancellation.IsCancellationRequested)
            {
                broken.Add($"{what}: {e.GetType().Name}: {e.Message}");
            }
        }
    }

    /// <summary>A short session as anybody's: the list, a trace and counters, each stopped and whole.</summary>
    public async Task ServeAsync(CancellationToken cancellation)
    {
        await using RawSession session = await OpenAsync(cancellation);
        TargetProcess target = await session.FindAsync(site.Target.Id, cancellation);
        await using RawClient trace = await session.StartTraceAsync(target, cancellation);
        var parameters = new EventPipeParameters
        {
            Providers = [new EventProvider("System.Runtime", 0, 0, "EventCounterIntervalSec=1")], BufferMegabytes = 1, Rundown = false, DurationSeconds = 60,
        };
        await using RawClient counters = await session.SendAsync(session.Sign(session.Request("counters", target, parameters)), cancellation);
        await counters.Reader.ExpectAsync(FrameType.Accepted, cancellation);
        foreach (RawClient operation in new[] { trace, counters })
        {
            await operation.ReadDataAsync(cancellation);
            await operation.Writer.WriteAsync(FrameType.Stop, cancellation);
            OperationEnd end = await operation.ReadToEndAsync(cancellation);
            Round.Expect(!end.Partial, $"not whole: {end.Code}, {end.Message}");
        }
        await session.Control.Writer.WriteAsync(FrameType.CloseSession, cancellation);
        SessionClosed closed = await session.Control.ReadClosedAsync(cancellation);
        Round.Expect(closed.Code == ErrorCode.Closed, $"closed with {closed.Code}, {closed.Message}");
    }

    /// <summary>The verdict of the real client, with the host's ledgers.</summary>
    /// <exception cref="InvalidOperationException">It is neither OK nor INCOMPLETE.</exception>
    public static async Task VerifyAsync(RelayHost host, string recording)
    {
        await using TestProcess verify = await TestProcess.RunAsync(
            BuiltPrograms.Client, ["recording", "verify", recording, "--ca", host.CaFile, "--ledger", host.Folder.File("state")], RelayHost.NoDiagnostics);
        string verdict = verify.Output.Text;
        Round.Expect(verdict.StartsWith("OK", StringComparison.Ordinal) || verdict.StartsWith("INCOMPLETE", StringComparison.Ordinal), $"{recording}: {verdict} {verify.Errors.Text}");
    }

    /// <summary>A broker that died is started again in a moment, and the client is told to come again: that alone is no failure.</summary>
    private Task<RawSession> OpenAsync(CancellationToken cancellation) => Wait.ForAsync(async () =>
    {
        try
        {
            return await site.Host.OpenAsync(cancellation);
        }
        catch (RefusedException e) when (e.Refusal.Code == ErrorCode.BrokerGone)
        {
            return null;
        }
    }, () => "for a broker", Patience, cancellation);

    /// <summary>Spools, dumps, and folders of agents that are gone: those of this one alone may be there.</summary>
    private List<string> Left()
    {
        string spool = site.Host.Folder.File("spool");
        string[] files = Directory.Exists(spool) ? Directory.GetFiles(spool, "*", SearchOption.AllDirectories) : [];
        string[] folders = Directory.GetFileSystemEntries(site.Temporary.Path);
        return [.. files, .. folders.Length > 1 ? folders : []];
    }

    private static async Task BackAsync(Func<Task<int>> process, ProcessFigures before)
    {
        ProcessFigures? now = null;
        int pid = await process();
        await Wait.UntilAsync(
            () =>
            {
                now = ProcessFigures.Of(pid);
                return now.Descriptors <= before.Descriptors + MoreDescriptors && now.Megabytes <= before.Megabytes + MoreMegabytes;
            },
            () => string.Create(CultureInfo.InvariantCulture, $"{now}, at first {before}"), Patience);
    }
}
