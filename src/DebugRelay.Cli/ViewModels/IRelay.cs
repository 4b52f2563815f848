using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.ViewModels;

/// <summary>One host's agent, as the screens need it. What fails throws; `Failure.Of` tells what happened and what to do.</summary>
internal interface IRelay
{
    /// <summary>What the user calls the host.</summary>
    string Name { get; }

    /// <summary>`HOST:PORT`.</summary>
    string Address { get; }

    /// <summary>The names that a trace may have.</summary>
    IReadOnlyList<string> TraceProfiles { get; }

    /// <summary>Looks whether the agent is there and takes our certificate; opens no session.</summary>
    Task<Knock> KnockAsync(CancellationToken cancellation);

    /// <summary>Opens a session: everything from here on is recorded.</summary>
    Task<IRelaySession> OpenAsync(IRelayListener listener, CancellationToken cancellation);
}

/// <summary>What an agent says before anything is asked.</summary>
/// <param name="Host">Its host's name.</param>
/// <param name="Version">The agent's version.</param>
/// <param name="Took">TCP, TLS with both certificates, and its first words.</param>
/// <param name="ClockSkew">The host's clock less ours.</param>
internal sealed record Knock(string Host, string Version, TimeSpan Took, TimeSpan ClockSkew);

/// <summary>Is told what the agent says by itself. Called from background tasks.</summary>
internal interface IRelayListener
{
    void OnNotice(string message);

    /// <summary>A head of the recording was kept here.</summary>
    void OnHead();
}

/// <summary>Who we are on the host.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="Version">The agent's version.</param>
/// <param name="Identity">From our certificate.</param>
/// <param name="Roles">Of the host's policy.</param>
/// <param name="Session">The session's id, which is its recording's.</param>
/// <param name="NotAfter">When the session ends at the latest.</param>
/// <param name="Scrub">The scrub profile.</param>
/// <param name="Reason">What we said why; null where nothing.</param>
/// <param name="Incident">The incident; null where none.</param>
internal sealed record SessionFacts(
    string Host, string Version, string Identity, IReadOnlyList<string> Roles, string Session, DateTimeOffset NotAfter, string Scrub, string? Reason, string? Incident);

/// <summary>How a session ended.</summary>
/// <param name="Code">One of <see cref="Protocol.ErrorCode"/>.</param>
/// <param name="Message">One line.</param>
internal sealed record SessionEnd(string Code, string Message);

/// <summary>A session that stands.</summary>
internal interface IRelaySession : IAsyncDisposable
{
    SessionFacts Facts { get; }

    /// <summary>Completes when the session is over, however that came; never fails.</summary>
    Task<SessionEnd> Ended { get; }

    Task<IReadOnlyList<ListedProcess>> ListProcessesAsync(CancellationToken cancellation);

    /// <summary>What the runtime says of itself.</summary>
    Task<ProcessDetails> DescribeAsync(TargetProcess process, CancellationToken cancellation);

    /// <summary>The variables that it was started with, scrubbed on the host.</summary>
    Task<IReadOnlyList<EnvironmentVariable>> EnvironmentAsync(TargetProcess process, CancellationToken cancellation);

    /// <summary>Gives values once a second until it is cancelled.</summary>
    /// <param name="process">Whose.</param>
    /// <param name="what">Which counters.</param>
    /// <param name="onSample">Gets each value, from a background thread.</param>
    /// <param name="cancellation">Ends it.</param>
    Task WatchCountersAsync(TargetProcess process, CounterChoice what, Action<CounterSample> onSample, CancellationToken cancellation);

    /// <summary>Records a trace into a file.</summary>
    /// <param name="process">Of what.</param>
    /// <param name="order">What of it.</param>
    /// <param name="onProgress">Is told a few times a second, from a background thread.</param>
    /// <param name="stop">Stops it and keeps what has come.</param>
    Task<TraceOutcome> TraceAsync(TargetProcess process, TraceOrder order, Action<TraceProgress> onProgress, CancellationToken stop);

    /// <summary>Gives what is logged until it is cancelled.</summary>
    /// <param name="process">By whom.</param>
    /// <param name="least">The lowest level that the process sends: 0 trace to 5 critical.</param>
    /// <param name="onRecord">Gets each line, from a background thread.</param>
    /// <param name="cancellation">Ends it.</param>
    Task FollowLogsAsync(TargetProcess process, int least, Action<LogRecord> onRecord, CancellationToken cancellation);

    /// <summary>Gives what is thrown until it is cancelled.</summary>
    Task FollowExceptionsAsync(TargetProcess process, Action<ThrownException> onThrown, CancellationToken cancellation);

    /// <summary>What all threads are doing now, most threads first.</summary>
    Task<IReadOnlyList<StackGroup>> StacksAsync(TargetProcess process, CancellationToken cancellation);

    /// <summary>Makes a dump, sanitised on the host.</summary>
    /// <param name="process">Of what.</param>
    /// <param name="type">`mini`, `triage`, `heap` or `full`, or `gcdump`.</param>
    /// <param name="onProgress">Is told a few times a second, from a background thread.</param>
    /// <param name="stop">Gives up.</param>
    Task<DumpOutcome> DumpAsync(TargetProcess process, string type, Action<DumpStatus> onProgress, CancellationToken stop);

    Task<SessionList> ListSessionsAsync(CancellationToken cancellation);

    Task<KilledSession> KillSessionAsync(string session, CancellationToken cancellation);

    /// <summary>Shows what another's operations deliver, one after another, until his session is over or we leave.</summary>
    Task WatchSessionAsync(string session, Action<string> onLine, CancellationToken cancellation);

    /// <summary>The requests for grants that wait on the host, as far as we may see them.</summary>
    Task<IReadOnlyList<AccessLetter>> ListRequestsAsync(CancellationToken cancellation);

    /// <summary>Leaves a request on the host, where approvers find it.</summary>
    /// <returns>Its id.</returns>
    Task<string> SendRequestAsync(AccessDraft draft, CancellationToken cancellation);

    /// <summary>Signs what waits with our certificate's key.</summary>
    /// <returns>One line for the approver.</returns>
    Task<string> ApproveAsync(string id, CancellationToken cancellation);

    /// <summary>Takes an answered request's grant, and shows it with the operations that it names from now on.</summary>
    Task<string> UseGrantAsync(string id, CancellationToken cancellation);
}

/// <summary>Which counters of a process.</summary>
internal enum CounterChoice
{
    /// <summary>The runtime's and the requests': what the list of processes shows.</summary>
    Vitals,

    /// <summary>Those of the servers and clients of HTTP as well, and the usual meters: what one process's screen shows.</summary>
    Everything,
}

/// <summary>A trace to be made.</summary>
/// <param name="Profile">The profile's name, as `trace --profile` takes it.</param>
/// <param name="Duration">How long.</param>
internal sealed record TraceOrder(string Profile, TimeSpan Duration);

/// <summary>How far a trace is.</summary>
/// <param name="Bytes">That have come.</param>
/// <param name="Events">That were read of them.</param>
/// <param name="Lost">Events that the process or the way lost.</param>
/// <param name="Top">Events by how often they came, most first.</param>
internal sealed record TraceProgress(long Bytes, long Events, long Lost, IReadOnlyList<EventCount> Top);

/// <summary>How often an event came.</summary>
internal sealed record EventCount(string Event, long Count);

/// <summary>A finished trace.</summary>
/// <param name="Path">The file; its name says "partial" where the trace was cut.</param>
/// <param name="End">The agent's last word.</param>
internal sealed record TraceOutcome(string Path, OperationEnd End);

/// <summary>A request for a grant that waits on the host.</summary>
/// <param name="Id">Names it there.</param>
/// <param name="Requester">Who asks.</param>
/// <param name="Operations">For what.</param>
/// <param name="Processes">With which processes.</param>
/// <param name="Reason">Why.</param>
/// <param name="Incident">For which incident; null: none.</param>
/// <param name="For">How long.</param>
/// <param name="Uses">How often.</param>
/// <param name="Ends">When the request is thrown away.</param>
/// <param name="Signers">Who has signed.</param>
internal sealed record AccessLetter(
    string Id, string Requester, IReadOnlyList<string> Operations, IReadOnlyList<string> Processes, string Reason, string? Incident, TimeSpan For, int Uses, DateTimeOffset Ends,
    IReadOnlyList<string> Signers);

/// <summary>A request for a grant before it is sent.</summary>
/// <param name="Process">The very process; null: any that the role reaches.</param>
/// <param name="Operation">For instance `dump.heap`.</param>
/// <param name="Reason">For the approvers.</param>
/// <param name="Incident">Null: none.</param>
/// <param name="For">How long, from the approval on.</param>
/// <param name="Uses">How often.</param>
internal sealed record AccessDraft(TargetProcess? Process, string Operation, string Reason, string? Incident, TimeSpan For, int Uses);
