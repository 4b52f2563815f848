using DebugRelay.Cli.Failures;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Tests.Cli.Tui.Support;

/// <summary>A host as a test wants it: it answers at once with what is set, so that a picture of the screens is the same each time.</summary>
internal sealed class ScriptedRelay(TimeProvider clock) : IRelay
{
    public string Name { get; init; } = "pay-07";

    public string Address { get; init; } = "pay-07.prod:7443";

    public IReadOnlyList<string> TraceProfiles { get; } = ["contention", "cpu", "database", "exceptions", "gc", "http", "logs"];

    /// <summary>What opening a session fails with, one after another; then it succeeds.</summary>
    public Queue<Exception> OpenFailures { get; } = [];

    public Exception? KnockFailure { get; set; }

    public List<ListedProcess> Processes { get; } = [];

    public List<ScriptedSession> Sessions { get; } = [];

    public Action<ScriptedSession> Prepare { get; init; } = _ => { };

    public ScriptedSession Session => Sessions[^1];

    public Task<Knock> KnockAsync(CancellationToken cancellation)
        => KnockFailure is { } failure ? Task.FromException<Knock>(failure) : Task.FromResult(new Knock("pay-07.prod", "0.1.0", TimeSpan.FromMilliseconds(7), TimeSpan.FromSeconds(0.4)));

    public Task<IRelaySession> OpenAsync(IRelayListener listener, CancellationToken cancellation)
    {
        if (OpenFailures.TryDequeue(out Exception? failure))
            return Task.FromException<IRelaySession>(failure);
        var session = new ScriptedSession(this, listener, clock);
        Prepare(session);
        Sessions.Add(session);
        return Task.FromResult<IRelaySession>(session);
    }

    /// <summary>A process that may be listed, counted and traced, and dumped with a grant.</summary>
    public TargetProcess Add(int pid, string name, string user, TimeSpan age, params string[] allowed)
    {
        var process = new TargetProcess(pid, (ulong)pid, name, user, clock.GetUtcNow() - age);
        string[] may = allowed.Length > 0 ? allowed : ["process.list", "process.info", "counters", "trace", "stacks", "logs", "exceptions"];
        Processes.Add(new ListedProcess(process, may, ["dump.heap", "gcdump"], ["dump.full"]));
        return process;
    }
}

/// <summary>A session of a scripted host.</summary>
internal sealed class ScriptedSession(ScriptedRelay relay, IRelayListener listener, TimeProvider clock) : IRelaySession
{
    private readonly TaskCompletionSource<SessionEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<int, Action<CounterSample>> _watchers = [];

    public SessionFacts Facts { get; } = new(
        "pay-07.prod", "0.1.0", "spiffe://corp.example/eng/alice", ["oncall-payments"], "4f1c22aa4f1c22aa4f1c22aa4f1c22aa", clock.GetUtcNow() + TimeSpan.FromMinutes(28), "default",
        "checkout is slow", "INC-812");

    public Task<SessionEnd> Ended => _ended.Task;

    public IRelayListener Listener => listener;

    public List<AccessDraft> Asked { get; } = [];

    public List<string> Approved { get; } = [];

    public List<string> Killed { get; } = [];

    public List<AccessLetter> Letters { get; } = [];

    public SessionList Live { get; set; } = new([], []);

    public IReadOnlyList<StackGroup> Stacks { get; set; } = [];

    public Func<TraceOrder, Action<TraceProgress>, CancellationToken, Task<TraceOutcome>> OnTrace { get; set; } = (_, _, _) => throw new LocalException("no trace is scripted", null);

    public Func<string, Action<DumpStatus>, CancellationToken, Task<DumpOutcome>> OnDump { get; set; } = (_, _, _) => throw new LocalException("no dump is scripted", null);

    public Action<LogRecord>? Log { get; private set; }

    public Action<ThrownException>? Throw { get; private set; }

    /// <summary>Whether all counters of a process are watched.</summary>
    public bool IsEverythingWatched { get; private set; }

    /// <summary>Processes whose counters are watched now.</summary>
    public IReadOnlyCollection<int> Watched
    {
        get
        {
            lock (_watchers)
                return [.. _watchers.Keys];
        }
    }

    /// <summary>Ends it as a lost link would, or as the host would.</summary>
    public void End(string code = ErrorCode.Truncated, string message = "the link to the agent was lost") => _ended.TrySetResult(new SessionEnd(code, message));

    /// <summary>A value of a counter of a process.</summary>
    public void Count(int pid, string provider, string name, string title, string unit, double value)
    {
        lock (_watchers)
            _watchers.GetValueOrDefault(pid)?.Invoke(new CounterSample(clock.GetUtcNow().UtcDateTime, provider, name, title, unit, "", value));
    }

    public Task<IReadOnlyList<ListedProcess>> ListProcessesAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<ListedProcess>>([.. relay.Processes]);

    public Task<ProcessDetails> DescribeAsync(TargetProcess process, CancellationToken cancellation)
        => Task.FromResult(new ProcessDetails(process.Pid, Guid.Empty, $"/opt/{process.Name} --notify [email]", "Linux", "x64", process.Name, "10.0.12", "linux-x64"));

    public Task<IReadOnlyList<EnvironmentVariable>> EnvironmentAsync(TargetProcess process, CancellationToken cancellation)
        => process.Name == "Secret.Api"
            ? throw new RefusedException(new Refused(ErrorCode.Denied, "no role allows process.environment"))
            : Task.FromResult<IReadOnlyList<EnvironmentVariable>>([new("SHOP_OWNER", "[env]"), new("ASPNETCORE_ENVIRONMENT", "Production")]);

    public async Task WatchCountersAsync(TargetProcess process, CounterChoice what, Action<CounterSample> onSample, CancellationToken cancellation)
    {
        lock (_watchers)
            _watchers[process.Pid] = _watchers.TryGetValue(process.Pid, out Action<CounterSample>? other) ? other + onSample : onSample;
        IsEverythingWatched |= what == CounterChoice.Everything;
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
    }

    public Task<TraceOutcome> TraceAsync(TargetProcess process, TraceOrder order, Action<TraceProgress> onProgress, CancellationToken stop) => OnTrace(order, onProgress, stop);

    public async Task FollowLogsAsync(TargetProcess process, int least, Action<LogRecord> onRecord, CancellationToken cancellation)
    {
        Log = onRecord;
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
    }

    public async Task FollowExceptionsAsync(TargetProcess process, Action<ThrownException> onThrown, CancellationToken cancellation)
    {
        Throw = onThrown;
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
    }

    public Task<IReadOnlyList<StackGroup>> StacksAsync(TargetProcess process, CancellationToken cancellation) => Task.FromResult(Stacks);

    public Task<DumpOutcome> DumpAsync(TargetProcess process, string type, Action<DumpStatus> onProgress, CancellationToken stop) => OnDump(type, onProgress, stop);

    public Task<SessionList> ListSessionsAsync(CancellationToken cancellation) => Task.FromResult(Live);

    public Task<KilledSession> KillSessionAsync(string session, CancellationToken cancellation)
    {
        Killed.Add(session);
        return Task.FromResult(new KilledSession(session, "spiffe://corp.example/eng/bob"));
    }

    public async Task WatchSessionAsync(string session, Action<string> onLine, CancellationToken cancellation)
    {
        onLine("14:02:14.103 Payments/Charged amount=12 card=[creditcard]");
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
    }

    public Task<IReadOnlyList<AccessLetter>> ListRequestsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<AccessLetter>>([.. Letters]);

    public Task<string> SendRequestAsync(AccessDraft draft, CancellationToken cancellation)
    {
        Asked.Add(draft);
        return Task.FromResult("r-17");
    }

    public Task<string> ApproveAsync(string id, CancellationToken cancellation)
    {
        Approved.Add(id);
        return Task.FromResult($"signed {id}");
    }

    public Task<string> UseGrantAsync(string id, CancellationToken cancellation) => Task.FromResult($"grant of {id} is used");

    public ValueTask DisposeAsync()
    {
        _ended.TrySetResult(new SessionEnd(ErrorCode.Closed, "closed"));
        return ValueTask.CompletedTask;
    }
}
