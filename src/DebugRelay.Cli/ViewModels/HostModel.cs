using DebugRelay.Cli.Failures;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.ViewModels;

/// <summary>How the way to a host is.</summary>
internal enum LinkState
{
    /// <summary>Nobody has asked for it yet.</summary>
    Closed,
    Connecting,
    Open,

    /// <summary>It was lost, or never came about; it is tried again by itself.</summary>
    Lost,

    /// <summary>The host said no, or took our access away: it is tried again when we say so.</summary>
    Refused,
}

/// <summary>One host: its session, which comes back by itself when the link is lost, and its processes.</summary>
internal sealed class HostModel(IRelay relay, Mailbox mailbox, TimeProvider clock) : IRelayListener, IAsyncDisposable
{
    // Beside the operations that the user starts; an agent runs 24 of one session.
    private const int MostWatched = 20;
    private const int NoticesKept = 200;

    private static readonly TimeSpan ListEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeepGone = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WatchAtLeast = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TurnEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WatchAgain = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan[] Backoff = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)];

    private readonly CancellationTokenSource _closing = new();
    private readonly List<HostNotice> _notices = [];
    private readonly Dictionary<string, DateTimeOffset> _watchAgain = [];
    private DateTimeOffset _turned;
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _running;

    public IRelay Relay => relay;

    public string Name => relay.Name;

    public LinkState Link { get; private set; } = LinkState.Closed;

    /// <summary>Since when the link is as it is.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>What went wrong; null where nothing did.</summary>
    public Failure? Problem { get; private set; }

    /// <summary>When it is tried again by itself; null: it is not.</summary>
    public DateTimeOffset? NextTry { get; private set; }

    public IRelaySession? Session { get; private set; }

    /// <summary>Who we are there; kept when the link is lost.</summary>
    public SessionFacts? Facts { get; private set; }

    /// <summary>When the recording's last head was kept here; null: none yet.</summary>
    public DateTimeOffset? HeadAt { get; private set; }

    public IReadOnlyList<ProcessModel> Processes { get; private set; } = [];

    /// <summary>Whether the processes were listed at all.</summary>
    public bool IsListed { get; private set; }

    /// <summary>Why the processes are not listed; null where they are.</summary>
    public Failure? ListProblem { get; private set; }

    /// <summary>What the agent said by itself, newest last.</summary>
    public IReadOnlyList<HostNotice> Notices => _notices;

    /// <summary>How the last knock went; null before the first.</summary>
    public Knock? Knock { get; private set; }

    /// <summary>Why it did not go well; null where it did.</summary>
    public Failure? KnockProblem { get; private set; }

    /// <summary>Is told of each notice.</summary>
    public event Action<HostNotice>? Noticed;

    /// <summary>Opens the session, and again whenever it is lost.</summary>
    public void Open()
    {
        if (_running is not null)
            return;
        Enter(LinkState.Connecting);
        _running = Task.Run(() => RunAsync(_closing.Token));
    }

    /// <summary>Tries again at once.</summary>
    public void TryAgain() => _wake.TrySetResult();

    /// <summary>Looks whether the agent is there.</summary>
    public async Task KnockAsync()
    {
        try
        {
            Knock knock = await relay.KnockAsync(_closing.Token);
            mailbox.Post(() => (Knock, KnockProblem) = (knock, null));
        }
        catch (Exception error)
        {
            if (!_closing.IsCancellationRequested)
                mailbox.Post(() => KnockProblem = Failure.Of(error));
        }
    }

    /// <summary>Once a second: what stands out, and whom to watch.</summary>
    public void Tick()
    {
        foreach (ProcessModel process in Processes)
            process.JudgeAgain();
        Watch();
        TakeTurns();
    }

    void IRelayListener.OnNotice(string message) => mailbox.Post(() => Note(message));

    void IRelayListener.OnHead() => mailbox.Post(() => HeadAt = clock.GetUtcNow());

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        foreach (ProcessModel process in Processes)
            process.StopWatching();
        if (_running is { } running)
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private async Task RunAsync(CancellationToken closing)
    {
        int failures = 0;
        while (!closing.IsCancellationRequested)
        {
            bool wasOpen = false;
            Failure problem;
            bool comesBack;
            try
            {
                await using IRelaySession session = await relay.OpenAsync(this, closing);
                wasOpen = true;
                mailbox.Post(() => Begin(session));
                SessionEnd end = await LiveAsync(session, closing);
                (problem, comesBack) = (new Failure(Failure.OfCode(end.Code), end.Message, null), Failure.OfCode(end.Code) == ExitCode.NoConnection);
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                problem = Failure.Of(error);
                comesBack = problem.ExitCode == ExitCode.NoConnection;
            }
            failures = wasOpen ? 0 : failures + 1;
            await WaitAsync(problem, comesBack ? Backoff[Math.Min(failures, Backoff.Length - 1)] : null, closing);
        }
    }

    private async Task<SessionEnd> LiveAsync(IRelaySession session, CancellationToken closing)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(closing);
        Task listing = ListForeverAsync(session, over.Token);
        try
        {
            return await session.Ended.WaitAsync(closing);
        }
        finally
        {
            await over.CancelAsync();
            await listing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WaitAsync(Failure problem, TimeSpan? wait, CancellationToken closing)
    {
        var wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        mailbox.Post(() => Lose(problem, wait, wake));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(closing);
        Task time = Task.Delay(wait ?? Timeout.InfiniteTimeSpan, clock, limit.Token);
        await Task.WhenAny(time, wake.Task);
        await limit.CancelAsync();
        mailbox.Post(() => Enter(LinkState.Connecting));
    }

    private async Task ListForeverAsync(IRelaySession session, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                IReadOnlyList<ListedProcess> listed = await session.ListProcessesAsync(over);
                mailbox.Post(() => Take(listed));
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                mailbox.Post(() => ListProblem = Failure.Of(error));
            }
            await Task.Delay(ListEvery, clock, over);
        }
    }

    private void Begin(IRelaySession session)
    {
        (Session, Facts, HeadAt) = (session, session.Facts, null);
        _watchAgain.Clear();
        Enter(LinkState.Open);
    }

    private void Lose(Failure problem, TimeSpan? wait, TaskCompletionSource wake)
    {
        (Session, _wake) = (null, wake);
        foreach (ProcessModel process in Processes)
            process.StopWatching();
        Enter(wait is null ? LinkState.Refused : LinkState.Lost);
        (Problem, NextTry) = (problem, Since + wait);
    }

    private void Enter(LinkState state)
    {
        // A link that is tried again and again is lost since the first time.
        bool stays = state == LinkState.Connecting && Link is LinkState.Lost or LinkState.Refused;
        if (stays)
        {
            NextTry = null;
            return;
        }
        if (!(state == LinkState.Lost && Link == LinkState.Lost))
            Since = clock.GetUtcNow();
        Link = state;
        if (state is LinkState.Open)
            (Problem, NextTry) = (null, null);
    }

    private void Take(IReadOnlyList<ListedProcess> listed)
    {
        DateTimeOffset now = clock.GetUtcNow();
        (ListProblem, IsListed) = (null, true);
        Dictionary<string, ProcessModel> known = Processes.ToDictionary(each => each.Key);
        var there = new List<ProcessModel>();
        foreach (ListedProcess each in listed)
        {
            if (known.Remove(ProcessModel.KeyOf(each.Process), out ProcessModel? model))
                model.Update(each);
            there.Add(model ?? new ProcessModel(each));
        }
        foreach (ProcessModel gone in known.Values)
            gone.Leave(now);
        Processes = [.. there.Concat(known.Values.Where(gone => now - gone.Gone < KeepGone)).OrderBy(each => each.Target.Pid)];
        Watch();
    }

    private void Watch()
    {
        if (Session is not { } session || Link != LinkState.Open)
            return;
        DateTimeOffset now = clock.GetUtcNow();
        int watched = Processes.Count(process => process.IsWatched);
        foreach (ProcessModel process in Waiting(now).Take(MostWatched - watched).ToArray())
            Watch(process, session, now);
    }

    /// <summary>Where more processes are there than can be watched, they take turns: the one that was watched longest makes room, unless something stands out of it or somebody looks at it.</summary>
    private void TakeTurns()
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (Session is not { } session || Link != LinkState.Open || now - _turned < TurnEvery || Waiting(now).FirstOrDefault() is not { } next)
            return;
        ProcessModel? oldest = Processes.Where(process => process.IsWatched && process.Findings.Count == 0 && now - process.LookedAt > TurnEvery && now - WatchedSince(process) >= WatchAtLeast)
            .MinBy(WatchedSince);
        if (oldest is null)
            return;
        _turned = now;
        oldest.StopWatching();
        Watch(next, session, now);
    }

    /// <summary>Those that may be watched and are not, who waited longest first.</summary>
    private IEnumerable<ProcessModel> Waiting(DateTimeOffset now)
        => Processes.Where(process => !process.IsWatched && process.Gone is null && process.May("counters") && now >= _watchAgain.GetValueOrDefault(process.Key)).OrderBy(process => _watchAgain.GetValueOrDefault(process.Key));

    private DateTimeOffset WatchedSince(ProcessModel process) => _watchAgain.GetValueOrDefault(process.Key) - WatchAgain;

    private void Watch(ProcessModel process, IRelaySession session, DateTimeOffset now)
    {
        process.StartWatching(session, CounterChoice.Vitals, mailbox, clock);
        _watchAgain[process.Key] = now + WatchAgain;
    }

    private void Note(string message)
    {
        var notice = new HostNotice(clock.GetUtcNow(), message);
        _notices.Add(notice);
        if (_notices.Count > NoticesKept)
            _notices.RemoveAt(0);
        Noticed?.Invoke(notice);
    }
}

/// <summary>Something that the agent said by itself.</summary>
internal sealed record HostNotice(DateTimeOffset Time, string Message);
