using DebugRelay.Cli.Failures;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.ViewModels;

/// <summary>One process: what the host says of it, its counters as they come, and what stands out of them.</summary>
internal sealed class ProcessModel(ListedProcess listed)
{
    private CancellationTokenSource? _watching;

    public ListedProcess Listed { get; private set; } = listed;

    public TargetProcess Target => Listed.Process;

    /// <summary>Names one process for good: pids are used again.</summary>
    public string Key { get; } = KeyOf(listed.Process);

    public CounterBook Counters { get; private set; } = new();

    public Vitals Vitals { get; private set; } = new(new CounterBook());

    public IReadOnlyList<Finding> Findings { get; private set; } = [];

    /// <summary>Why no values come; null while they do, or are about to.</summary>
    public Failure? WatchProblem { get; private set; }

    /// <summary>When the host no longer lists it: what is known stays on the screen.</summary>
    public DateTimeOffset? Gone { get; private set; }

    /// <summary>When it was last on the screen by itself.</summary>
    public DateTimeOffset LookedAt { get; set; }

    public bool IsWatched => _watching is not null;

    /// <summary>The time of the last value by our clock; null where none has come.</summary>
    public DateTimeOffset? LastSample { get; private set; }

    public static string KeyOf(TargetProcess process) => $"{process.Pid}/{process.StartTime}";

    /// <summary>Whether the policy lets us do it without more.</summary>
    public bool May(string operation) => Listed.Operations.Contains(operation);

    public void Update(ListedProcess listed) => (Listed, Gone) = (listed, null);

    public void Leave(DateTimeOffset now)
    {
        Gone ??= now;
        StopWatching();
    }

    /// <summary>Takes a value, and judges anew once a second.</summary>
    public void Take(CounterSample sample, DateTimeOffset now)
    {
        Counters.Add(sample);
        WatchProblem = null;
        LastSample = now;
    }

    public void JudgeAgain() => Findings = FindingRules.Judge(Vitals);

    /// <summary>Watches its counters until told otherwise.</summary>
    /// <param name="session">Over which.</param>
    /// <param name="what">Which counters.</param>
    /// <param name="mailbox">Takes the values to the screen's thread.</param>
    /// <param name="clock">For when they came.</param>
    public void StartWatching(IRelaySession session, CounterChoice what, Mailbox mailbox, TimeProvider clock)
    {
        StopWatching();
        if (Counters.All.Count > 0 && what == CounterChoice.Vitals)
            Counters = new CounterBook();
        Vitals = new Vitals(Counters);
        var watching = new CancellationTokenSource();
        _watching = watching;
        _ = Task.Run(() => WatchAsync(session, what, mailbox, clock, watching), CancellationToken.None);
    }

    public void StopWatching()
    {
        _watching?.Cancel();
        _watching = null;
    }

    private async Task WatchAsync(IRelaySession session, CounterChoice what, Mailbox mailbox, TimeProvider clock, CancellationTokenSource watching)
    {
        try
        {
            await session.WatchCountersAsync(Target, what, sample => mailbox.Post(() => TakeFrom(watching, sample, clock)), watching.Token);
            mailbox.Post(() => End(watching, null));
        }
        catch (Exception error)
        {
            mailbox.Post(() => End(watching, error is OperationCanceledException ? null : Failure.Of(error)));
        }
    }

    private void TakeFrom(CancellationTokenSource watching, CounterSample sample, TimeProvider clock)
    {
        if (ReferenceEquals(_watching, watching))
            Take(sample, clock.GetUtcNow());
    }

    private void End(CancellationTokenSource watching, Failure? problem)
    {
        watching.Dispose();
        if (!ReferenceEquals(_watching, watching))
            return;
        _watching = null;
        WatchProblem = problem;
    }
}
