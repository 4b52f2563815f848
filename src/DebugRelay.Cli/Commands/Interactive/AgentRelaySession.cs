using System.Globalization;
using DebugRelay.Cli.Commands.Sessions;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Text;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using Microsoft.Diagnostics.Tracing;
using StackGroup = DebugRelay.Cli.ViewModels.StackGroup;
using ThrownException = DebugRelay.Cli.ViewModels.ThrownException;

namespace DebugRelay.Cli.Commands.Interactive;

/// <summary>A session for the screens: the same operations as the verbs', one after another or side by side.</summary>
internal sealed class AgentRelaySession(Session session, ConnectionSettings settings, HeadsFile heads, Func<CancellationToken, Task<Session>> open) : IRelaySession
{
    private const int IntervalSeconds = 1;
    private const int CounterBufferMegabytes = 10;

    private static readonly CounterGroup[] Everything =
        [new("System.Runtime", []), new("Microsoft.AspNetCore.Hosting", []), new("Microsoft-AspNetCore-Server-Kestrel", []), new("Microsoft.AspNetCore.Server.Kestrel", []), new("System.Net.Http", [])];

    private readonly AccessDesk _access = new(session, settings);

    public SessionFacts Facts { get; } = new(
        session.Hello.Host, session.Hello.Version, session.Opened.Identity, session.Opened.Roles, session.Opened.Session, session.Opened.NotAfter, session.Opened.Scrub,
        settings.Reason, settings.Incident);

    public Task<SessionEnd> Ended { get; } = EndOfAsync(session);

    public async Task<IReadOnlyList<ListedProcess>> ListProcessesAsync(CancellationToken cancellation) => await Processes.ListAsync(session, cancellation);

    public Task<ProcessDetails> DescribeAsync(TargetProcess process, CancellationToken cancellation) => ProcessFacts.InfoAsync(session, process, cancellation);

    public async Task<IReadOnlyList<EnvironmentVariable>> EnvironmentAsync(TargetProcess process, CancellationToken cancellation)
        => await ProcessFacts.EnvironmentAsync(session, process, cancellation);

    public async Task WatchCountersAsync(TargetProcess process, CounterChoice what, Action<CounterSample> onSample, CancellationToken cancellation)
    {
        var order = new EventPipeOrder(what == CounterChoice.Vitals ? Vitals() : CounterGroup.ProvidersOf(Everything, IntervalSeconds), CounterBufferMegabytes, Rundown: false, Duration: null);
        await using Operation operation = await session.StartAsync(new OperationOrder("counters", process, order), cancellation);
        OperationEnd end = await LiveEvents.ReadAsync(operation, source => CounterReader.Subscribe(source, reading => onSample(Sample(reading)), _ => { }), null, cancellation);
        Whole(end);
    }

    public Task<TraceOutcome> TraceAsync(TargetProcess process, TraceOrder order, Action<TraceProgress> onProgress, CancellationToken stop)
        => LiveTrace.RunAsync(session, process, order, onProgress, stop);

    public async Task FollowLogsAsync(TargetProcess process, int least, Action<LogRecord> onRecord, CancellationToken cancellation)
        => Whole(await LogFeed.FollowAsync(session, process, new LogFilter((LogSeverity)least, []), entry => onRecord(Record(entry)), null, cancellation));

    public async Task FollowExceptionsAsync(TargetProcess process, Action<ThrownException> onThrown, CancellationToken cancellation)
        => Whole(await ExceptionFeed.FollowAsync(
            session, process, thrown => onThrown(new ThrownException(thrown.Time, thrown.Type, thrown.Message, thrown.TopFrame)), _ => { }, null, cancellation));

    public async Task<IReadOnlyList<StackGroup>> StacksAsync(TargetProcess process, CancellationToken cancellation)
    {
        StackReport report = await StackSnapshot.TakeAsync(session, process, StackSnapshot.DefaultSample, cancellation);
        return [.. report.Groups.Select(group => new StackGroup(group.Threads.Length, group.Frames))];
    }

    public Task<DumpOutcome> DumpAsync(TargetProcess process, string type, Action<DumpStatus> onProgress, CancellationToken stop)
    {
        var dump = new LiveDump(session, open);
        return type == "gcdump" ? dump.HeapAsync(process, onProgress, stop) : dump.MemoryAsync(process, type, onProgress, stop);
    }

    public Task<SessionList> ListSessionsAsync(CancellationToken cancellation) => SessionsCommand.ListAsync(session, cancellation);

    public Task<KilledSession> KillSessionAsync(string id, CancellationToken cancellation) => SessionsCommand.KillAsync(session, id, cancellation);

    public async Task WatchSessionAsync(string id, Action<string> onLine, CancellationToken cancellation)
    {
        for (bool first = true; !cancellation.IsCancellationRequested; first = false)
        {
            Operation operation;
            try
            {
                operation = await session.StartAsync(new OperationOrder("session.watch") { Watch = id }, cancellation);
            }
            catch (RefusedException refused) when (!first && refused.Refusal.Code == ErrorCode.NoSession)
            {
                return;
            }
            await using (operation)
                await LiveEvents.ReadAsync(operation, source => Subscribe(source, onLine), null, cancellation);
        }
    }

    public Task<IReadOnlyList<AccessLetter>> ListRequestsAsync(CancellationToken cancellation) => _access.ListAsync(cancellation);

    public Task<string> SendRequestAsync(AccessDraft draft, CancellationToken cancellation) => _access.SendAsync(draft, cancellation);

    public Task<string> ApproveAsync(string id, CancellationToken cancellation) => _access.ApproveAsync(id, cancellation);

    public Task<string> UseGrantAsync(string id, CancellationToken cancellation) => _access.UseAsync(id, cancellation);

    /// <summary>Closes the session as it should end, so that its recording has its end.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await session.CloseAsync();
        }
        catch (CliException)
        {
            // It is over in another way, and the screens were told.
        }
        await session.DisposeAsync();
        heads.Dispose();
    }

    private static async Task<SessionEnd> EndOfAsync(Session session)
    {
        SessionClosed end = await session.Ended;
        return new SessionEnd(end.Code, end.Message);
    }

    /// <summary>Two event sources and no meters: what the list of processes shows costs the processes next to nothing.</summary>
    private static IReadOnlyList<TraceProvider> Vitals()
    {
        IReadOnlyList<TraceProvider> runtime = CounterGroup.ProvidersOf(CounterGroup.Default, IntervalSeconds);
        return [.. runtime, runtime[0] with { Name = "Microsoft.AspNetCore.Hosting" }];
    }

    private static CounterSample Sample(CounterReading reading)
        => new(reading.Time, reading.Provider, reading.Name, reading.Title, reading.ShownUnit, reading.Tags, reading.Value);

    private static void Subscribe(EventPipeEventSource source, Action<string> onLine)
    {
        source.Dynamic.All += Tell;
        source.Clr.All += Tell;

        void Tell(TraceEvent data)
        {
            string fields = string.Join(' ', data.PayloadNames.Select((name, i) => $"{name}={Convert.ToString(data.PayloadValue(i), CultureInfo.InvariantCulture)}"));
            onLine(Table.Printable($"{data.TimeStamp:HH:mm:ss.fff} {data.ProviderName}/{data.EventName} {fields}"));
        }
    }

    private static LogRecord Record(LogEntry entry)
        => new(entry.Time, (int)entry.Level, entry.Category, entry.Exception is { } exception ? $"{entry.Message} {exception}" : entry.Message);

    private static void Whole(OperationEnd end)
    {
        if (end.Partial)
            throw Operation.Cut(end);
    }
}
