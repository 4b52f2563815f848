using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Endurance.Chaos;

/// <summary>One round: what a fault has at hand.</summary>
internal sealed class Round(Site site, int number, Random random, CancellationToken cancellation)
{
    private readonly HashSet<string> _before = [.. RecordingsOf(site)];

    public Site Site => site;

    public RelayHost Host => site.Host;

    public SampleProcess Target => site.Target;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Folders of the sessions that were opened in this round.</summary>
    public IEnumerable<string> Recordings => RecordingsOf(site).Where(folder => !_before.Contains(folder));

    /// <summary>From <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    public int Any(int least, int most) => random.Next(least, most + 1);

    /// <summary>There is no condition to wait for: the moment is to be any.</summary>
    public Task AnyMomentAsync(int mostMilliseconds = 1500) => Task.Delay(random.Next(mostMilliseconds), cancellation);

    public byte[] AnyBytes(int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A session with a trace that delivers.</summary>
    public async Task<LiveTrace> TraceAsync()
    {
        RawSession session = await Host.OpenAsync(cancellation);
        TargetProcess target = await session.FindAsync(Target.Id, cancellation);
        RawClient trace = await session.StartTraceAsync(target, cancellation);
        await trace.ReadDataAsync(cancellation);
        return new LiveTrace(session, trace, target);
    }

    /// <summary>What a real client writes into, in this round.</summary>
    public string TraceFile => Host.Folder.File($"round-{number}.nettrace");

    /// <summary>Starts the real client with a trace, and waits until it has got something of it.</summary>
    public async Task<TestProcess> StartClientAsync()
    {
        TestProcess client = Host.StartClient(Host.Authority.Client(RelayHost.Alice), "trace", $"{Target.Id}", "-o", TraceFile, "--duration", "60s");
        await Wait.UntilAsync(
            () => Directory.GetFiles(Host.Folder.Path, $"round-{number}.*").Any(f => new FileInfo(f).Length > 0), () => $"the client has bytes of its trace: {client.Errors.Text}", cancellation: cancellation);
        return client;
    }

    /// <summary>Waits until the agent says that a session is over.</summary>
    public Task UntilClosedAsync(string session) => Host.Agent.WaitForErrorAsync(l => l.Contains(session, StringComparison.Ordinal) && l.Contains(" closed (", StringComparison.Ordinal));

    /// <summary>Runs what is interrupted by the fault: that it fails is its right.</summary>
    public static async Task QuietlyAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is IOException or ProtocolException or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException or RefusedException or InvalidOperationException or OperationCanceledException)
        {
            // Interrupted.
        }
    }

    /// <exception cref="InvalidOperationException">It does not hold.</exception>
    public static void Expect(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException(what);
    }

    private static string[] RecordingsOf(Site site) => Directory.Exists(site.Host.Recordings) ? Directory.GetDirectories(site.Host.Recordings) : [];
}

/// <summary>A session with a trace that runs. A dispose leaves without a word.</summary>
internal sealed record LiveTrace(RawSession Session, RawClient Trace, TargetProcess Target) : IAsyncDisposable
{
    public string Id => Session.Opened.Session;

    public async ValueTask DisposeAsync()
    {
        await Trace.DisposeAsync();
        await Session.DisposeAsync();
    }
}
