using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Agent.BrokerLink;
using DebugRelay.Agent.Observability;
using DebugRelay.Agent.Transport;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Agent.Sessions;

/// <summary>One operation's connection: admit, record, decide, have it carried out, deliver.</summary>
internal sealed partial class OperationRelay(
    HostConfiguration configuration, LiveTrust trust, LiveProfile profile, BrokerProcess broker, SessionTable sessions, Announcer announcer, Watching watching, StreamKeeper keeper, AgentMetrics metrics, Bandwidth bandwidth, ILogger<OperationRelay> logger)
{
    /// <summary>Serves one operation's connection.</summary>
    public async Task RunAsync(ClientConnection client, X509Certificate2 certificate, OpenOperation open)
    {
        // One answer for all that can be wrong with a ticket: it tells nothing about sessions that exist.
        if (sessions.Find(open.Session) is not { } session || !session.Admits(open.Ticket, certificate))
            throw new ProtocolException(ErrorCode.NoSession, "there is no such session, or it is not this certificate's");
        try
        {
            await session.RunOperationAsync(() => CarryOutAsync(client, session, open));
        }
        catch (RefusedException e)
        {
            Log.Refused(logger, session.Id, e.Refusal.Code, e.Refusal.Message);
            metrics.Refused(e.Refusal.Code);
            await client.TryRefuseAsync(e.Refusal);
        }
        catch (RecordingException e)
        {
            Log.CannotRecord(logger, session.Id, e.Message);
            metrics.RecordingFailed();
            session.End(ErrorCode.RecordingFailed, "the session can no longer be recorded, so it ends");
            await client.TryRefuseAsync(new Refused(ErrorCode.RecordingFailed, "the session can no longer be recorded, so it ends"));
        }
    }

    private async Task CarryOutAsync(ClientConnection client, RelaySession session, OpenOperation open)
    {
        await session.RecordAsync("request", new RequestEntry(client.Remote, open.Request, open.Signature, open.Grant), RecordedJson.Default.RequestEntry, durable: true);
        OperationRequest request = await VerifyAsync(session, open);
        await using Stream stream = await broker.ConnectAsync(session.Ending);
        var reader = new FrameReader(PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: Limits.DataPayload)));
        var writer = new FrameWriter(PipeWriter.Create(stream));

        string name = StreamName(request);
        (RunningOperation operation, Accepted accepted) = await DecideAsync(session, open, request, name, reader, writer);
        using RunningOperation running = session.Add(operation);
        if (request.Operation == Operations.SessionWatch)
        {
            await WatchAsync(client, session, running, accepted);
            return;
        }
        await client.Frames.WriteAsync(FrameType.Accepted, accepted, ProtocolJson.Default.Accepted, CancellationToken.None).AsTask()
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            using RecordedStream recorded = session.Recorder.OpenStream(name, running.Keeping);
            running.Stream = recorded;
            session.Watchers.Pulse();
            using var over = new CancellationTokenSource();
            Task keeping = running.Decision.NeedsObserver ? session.Watchers.KeepAsync(running, over.Token) : Task.CompletedTask;
            await using ITimer end = EndInTime(running);
            // Added before it is asked: a change that does not see the operation is seen by it.
            sessions.Judge(session, running);
            try
            {
                await new Delivery(session, client, reader, running, recorded, metrics, bandwidth).RunAsync();
            }
            finally
            {
                await over.CancelAsync();
                await keeping;
            }
        }
        catch (RecordingException)
        {
            // The operation runs already, and for nobody.
            await session.StopAsync(request.Number, ErrorCode.RecordingFailed);
            throw;
        }
        finally
        {
            session.Remove(running);
        }
    }

    private async Task WatchAsync(ClientConnection client, RelaySession session, RunningOperation running, Accepted accepted)
    {
        try
        {
            await using ITimer end = EndInTime(running);
            sessions.Judge(session, running);
            await watching.RunAsync(session, client, running, accepted);
        }
        finally
        {
            session.Remove(running);
        }
    }

    /// <summary>Waits until somebody watches. The operation is decided and recorded; nothing of it has begun.</summary>
    private static async Task AwaitObserverAsync(RelaySession session, OperationRequest request, TargetProcess? target)
    {
        if (!session.Watchers.Watch(request, target))
            session.Tell(new Notice(ErrorCode.AwaitsObserver, $"{request.Operation} begins when another person watches: debugrelay sessions watch {session.Id}"));
        try
        {
            await session.Watchers.UntilAsync(() => session.Watchers.Watch(request, target), session.Ending).WaitAsync(Limits.ObserverWait, session.Ending);
        }
        catch (TimeoutException)
        {
            throw new RefusedException(new Refused(ErrorCode.Unobserved, $"nobody came to watch within {Limits.ObserverWait.TotalMinutes:0} minutes, and the role asks for it"));
        }
        catch (OperationCanceledException)
        {
            SessionClosed closed = await session.Ended;
            throw new RefusedException(new Refused(closed.Code, closed.Message));
        }
    }

    /// <summary>A decision holds for so long, by a clock that nobody sets: a grant, an emergency, a role's session.</summary>
    private ITimer EndInTime(RunningOperation running)
    {
        TimeSpan left = (running.Decision.NotAfter - trust.Now) ?? TimeSpan.Zero;
        return trust.Clock.CreateTimer(
            _ => running.End(ErrorCode.Expired, running.Decision.EndReason ?? "the operation's time is over"), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The engineer's signature, checked here so that the recording says who was wrong; the broker checks it again.</summary>
    private async Task<OperationRequest> VerifyAsync(RelaySession session, OpenOperation open)
    {
        ProofResult<OperationRequest> result = new SignedRequest(open.Request, open.Signature).Verify(session.Proof.EphemeralKey, session.Id, configuration.Host);
        OperationRequest? request = result.IsValid ? result.Value : null;
        await session.Ledger.RequestAsync(session.Id, new LedgerRequest(request?.Number, request?.Operation, Digest(open.Request)));
        if (request is not null)
            return request;
        var refusal = new Refused(ErrorCode.BadRequest, result.Message);
        await RecordDecisionAsync(session, new DecisionEntry(null, null, Allowed: false, "agent", refusal.Code, refusal.Message, null, null));
        throw new RefusedException(refusal);
    }

    /// <summary>Broker and agent both decide, each by itself. What they say is on disk before the broker may go on.</summary>
    private async Task<(RunningOperation Operation, Accepted Accepted)> DecideAsync(RelaySession session, OpenOperation open, OperationRequest request, string name, FrameReader reader, FrameWriter writer)
    {
        Decided decided = await FromBrokerAsync(session, request, async () =>
        {
            await writer.WriteAsync(FrameType.OpenOperation, open with { Ticket = [] }, ProtocolJson.Default.OpenOperation, session.Ending);
            return (await reader.ExpectWithinAsync(FrameType.Decided, Limits.BrokerAnswer, session.Ending)).Read(ProtocolJson.Default.Decided);
        });
        GrantFiles? grant = open.Grant is { } sent ? new GrantFiles(sent.Document, sent.Signatures) : null;
        StreamKeeping? keeping = keeper.For(request);
        (DecisionEntry entry, Decision decision) = Combine(session, request, grant, decided, name, keeping);
        await RecordDecisionAsync(session, entry with { RequestSha256 = Digest(open.Request) });
        if (!entry.Allowed)
            throw new RefusedException(new Refused(entry.Code ?? ErrorCode.Denied, entry.Reason, HintFor(decision) ?? HintFor(request, decision)));
        if (decision.NeedsObserver)
            await AwaitObserverAsync(session, request, decided.Target);
        if (decision.BreakGlass is { } emergency)
        {
            metrics.Emergency();
            await announcer.AnnounceAsync(session, request, entry, emergency, session.Ending);
        }
        Accepted accepted = await FromBrokerAsync(session, request, async () =>
        {
            await writer.WriteAsync(FrameType.Proceed, session.Ending);
            return (await reader.ExpectWithinAsync(FrameType.Accepted, Limits.BrokerStart, session.Ending)).Read(ProtocolJson.Default.Accepted);
        });
        return (new RunningOperation(request, grant, decided.Target, decision) { Keeping = keeping!, Isolation = accepted.Isolation }, accepted with { Isolation = null });
    }

    private static string? HintFor(Decision decision) => (decision.ApproversNeeded, decision.BreakGlassWouldDo) switch
    {
        (not null, true) => "Ask for a grant with `debugrelay access request`, or declare an emergency with --break-glass.",
        (not null, false) => "Ask for a grant with `debugrelay access request`, and give it with --grant.",
        (null, true) => "Declare an emergency with --break-glass, --reason and --incident.",
        _ => null,
    };

    /// <summary>What a role never allows is not to be had later either: no session that ends makes room for it.</summary>
    private static string? HintFor(OperationRequest request, Decision decision)
        => decision.Limits is { } limits && request.Parameters?.ProblemFor(limits) is not null ? "Ask for less, or ask who keeps the host's policy.json to allow more." : null;

    /// <summary>What the broker answers. That it does not, or says no, belongs to the story.</summary>
    private static async Task<T> FromBrokerAsync<T>(RelaySession session, OperationRequest request, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (RefusedException e)
        {
            await RecordDecisionAsync(session, new DecisionEntry(request.Number, request.Operation, Allowed: false, "broker", e.Refusal.Code, e.Refusal.Message, null, null));
            throw;
        }
        catch (Exception e) when (e is IOException or ProtocolException)
        {
            await RecordDecisionAsync(session, new DecisionEntry(request.Number, request.Operation, Allowed: false, "agent", ErrorCode.BrokerGone, "the broker died", null, null));
            throw new RefusedException(new Refused(ErrorCode.BrokerGone, "the broker died; it is started again", "Open a new session."));
        }
        catch (BrokerGoneException e)
        {
            await RecordDecisionAsync(session, new DecisionEntry(request.Number, request.Operation, Allowed: false, "agent", ErrorCode.BrokerGone, e.Message, null, null));
            throw new RefusedException(new Refused(ErrorCode.BrokerGone, e.Message, "Operations must look at the host's broker."));
        }
        catch (OperationCanceledException) when (session.Ended.IsCompleted)
        {
            SessionClosed closed = await session.Ended;
            throw new RefusedException(new Refused(closed.Code, closed.Message));
        }
    }

    private (DecisionEntry Entry, Decision Decision) Combine(RelaySession session, OperationRequest request, GrantFiles? grant, Decided decided, string name, StreamKeeping? keeping)
    {
        var target = new AccessTarget
        {
            Host = configuration.Host, Pid = decided.Target?.Pid, StartTime = decided.Target?.StartTime, Name = decided.Target?.Name, User = decided.Target?.User, Container = decided.Target?.Container,
        };
        Decision ours = trust.Current.Decide(session.Proof, request, grant, target, profile.Current.Name, trust.Now);
        if (!decided.Allowed)
            return (new DecisionEntry(request.Number, request.Operation, Allowed: false, "broker", decided.Code, decided.Reason, decided.Target, null), ours);
        if (!ours.Allowed)
            return (new DecisionEntry(request.Number, request.Operation, Allowed: false, "agent", ErrorCode.Denied, ours.Reason, decided.Target, null), ours);
        if (session.Delivered >= ours.Limits!.Bytes)
            return (new DecisionEntry(request.Number, request.Operation, Allowed: false, "agent", ErrorCode.LimitReached, BytesSpent(ours), decided.Target, null), ours);
        if (request.Parameters?.ProblemFor(ours.Limits) is { } beyond)
            return (new DecisionEntry(request.Number, request.Operation, Allowed: false, "agent", ErrorCode.LimitReached, beyond, decided.Target, null), ours);
        if (keeping is null)
            return (new DecisionEntry(request.Number, request.Operation, Allowed: false, "agent", ErrorCode.Denied, NobodyToEncryptTo, decided.Target, null), ours);
        var entry = new DecisionEntry(request.Number, request.Operation, Allowed: true, "agent and broker", null, ours.Reason, decided.Target, name)
        {
            Grant = ours.Grant,
            BreakGlass = ours.BreakGlass is null ? null : true,
            Unscrubbed = request.Unscrubbed ? true : null,
            Observed = ours.NeedsObserver ? true : null,
            Kept = StreamKeeper.Word(keeping),
            Until = ours.NotAfter,
        };
        return (entry, ours);
    }

    private const string NobodyToEncryptTo = "the policy keeps this encrypted to reviewers, and the host has no certificate of one that holds (reviewerCertificates)";

    private static string BytesSpent(Decision decision) => $"the session has had the {decision.Limits!.Bytes} bytes that the role allows";

    private static async Task RecordDecisionAsync(RelaySession session, DecisionEntry decision)
    {
        await session.RecordAsync("decision", decision, RecordedJson.Default.DecisionEntry, durable: true);
        await session.Ledger.DecisionAsync(
            session.Id, new LedgerDecision(decision.Number, decision.Allowed, decision.Code, decision.Reason, decision.Target?.Pid, decision.Target?.Name, decision.Grant, decision.BreakGlass));
    }

    private static string Digest(byte[] request) => Convert.ToHexStringLower(SHA256.HashData(request));

    private static string StreamName(OperationRequest request)
        => $"{request.Number:D4}.{(request.Unscrubbed ? "sealed" : Operations.IsDump(request.Operation) ? "dmp" : request.Parameters is null ? "json" : "nettrace")}";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "session {Session}: refused ({Code}): {Reason}")]
        public static partial void Refused(ILogger logger, string session, string code, string reason);

        [LoggerMessage(2, LogLevel.Error, "session {Session}: cannot be recorded: {Reason}")]
        public static partial void CannotRecord(ILogger logger, string session, string reason);
    }
}
