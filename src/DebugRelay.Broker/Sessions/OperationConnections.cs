using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text.Json;
using DebugRelay.Broker.Dumps;
using DebugRelay.Broker.Gate;
using DebugRelay.Broker.Targets;
using DebugRelay.Broker.Workers;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;
using Limits = DebugRelay.Protocol.Limits;

namespace DebugRelay.Broker.Sessions;

/// <summary>One operation's connection from the agent: judge, wait until it is recorded, carry out.</summary>
/// <remarks>The target is touched after <see cref="FrameType.Proceed"/> and not before.</remarks>
internal sealed class OperationConnections(SessionRegistry registry, RequestGate gate, Admissions admissions, Sealing sealing, TargetShares shares, DumpStore? dumps, HostLedger ledger)
{
    private readonly Observers _observers = new(gate.MayWatch);

    /// <summary>Serves one connection on the caller's thread, until its sockets are handed over or it is answered.</summary>
    public void Run(Stream agent, BlockingFrames frames, ReadOnlyMemory<byte> payload)
    {
        try
        {
            OpenOperation open = ProtocolJson.Read(new(payload), ProtocolJson.Default.OpenOperation);
            if (registry.Find(open.Session) is not { HasEnded: false } session)
                throw new ProtocolException(ErrorCode.NoSession, "the broker has no such session");
            OperationRequest request = gate.Verify(session.Proof, open);
            session.Use(request.Number);
            Judged judged = Judge(session, open, request);
            frames.Write(FrameType.Decided, judged.Decided, ProtocolJson.Default.Decided);
            if (!judged.Decided.Allowed)
            {
                agent.Dispose();
                return;
            }
            agent.ReadTimeout = (int)PatienceFor(judged.Decision).TotalMilliseconds;
            frames.Expect(FrameType.Proceed);
            CarryOut(session, judged, admissions.Enter(session.Proof, judged), agent, frames);
        }
        catch (ProtocolException e)
        {
            Refuse(agent, frames, e.Code, e.Message);
        }
        catch (TargetException e)
        {
            Refuse(agent, frames, e.Code, e.Message);
        }
        catch (WorkerException e)
        {
            Refuse(agent, frames, e.Code, e.Message);
        }
        catch (RecordingException e)
        {
            BrokerLog.Error(e.Message);
            Refuse(agent, frames, ErrorCode.RecordingFailed, "the broker cannot write its ledger, so nothing is carried out");
        }
        catch (Exception e) when (e is not PeerGoneException)
        {
            BrokerLog.Error("an operation failed", e);
            Refuse(agent, frames, ErrorCode.Internal, "the broker failed; its log says more");
        }
    }

    /// <summary>How long the agent may take: an observer has to come, an announcement to leave the host.</summary>
    private static TimeSpan PatienceFor(Decision decision)
        => Limits.Opening + (decision.NeedsObserver ? Limits.ObserverWait : TimeSpan.Zero) + (decision.BreakGlass is null ? TimeSpan.Zero : Limits.Announcement);

    /// <summary>Lives as long as the agent's connection: its end says that the observer has left.</summary>
    private void Watch(BrokerSession session, OperationRequest request, Accepted accepted, Stream agent, BlockingFrames frames)
    {
        if (registry.Find(request.Watch!) is not { HasEnded: false } watched)
            throw new ProtocolException(ErrorCode.NoSession, $"there is no session {request.Watch} on this host (any more)");
        if (watched.Proof.Identity.Equals(session.Proof.Identity))
            throw new ProtocolException(ErrorCode.Denied, "nobody watches himself");
        using (session.Busy())
        using (_observers.Enter(watched, session))
        {
            frames.Write(FrameType.Accepted, accepted, ProtocolJson.Default.Accepted);
            UntilClosed(agent);
        }
        var nothing = new OperationEnd(0, Convert.ToHexStringLower(SHA256.HashData([])), Partial: false, null, null, [], null);
        EnterEnd(session, request.Number, Task.FromResult(nothing));
        agent.Dispose();
    }

    private static void UntilClosed(Stream agent)
    {
        try
        {
            agent.ReadTimeout = Timeout.Infinite;
            byte[] ignored = new byte[64];
            while (agent.Read(ignored) > 0)
            {
                // Nothing is due.
            }
        }
        catch (IOException)
        {
            // As good as an end.
        }
    }

    /// <summary>What was asked and what was decided is in the ledger, on disk, before the agent hears of it.</summary>
    private Judged Judge(BrokerSession session, OpenOperation open, OperationRequest request)
    {
        ledger.RequestAsync(session.Id, new LedgerRequest(request.Number, request.Operation, Convert.ToHexStringLower(SHA256.HashData(open.Request)))).GetAwaiter().GetResult();
        try
        {
            Judged judged = gate.Judge(session.Proof, request, open.Grant is { } grant ? new GrantFiles(grant.Document, grant.Signatures) : null);
            judged = judged with { Decided = admissions.Preview(session.Proof, judged) };
            Decided decided = judged.Decided;
            Enter(session, new LedgerDecision(
                request.Number, decided.Allowed, decided.Code, decided.Reason, decided.Target?.Pid, decided.Target?.Name, judged.Decision.Grant, judged.Decision.BreakGlass is null ? null : true));
            return judged;
        }
        catch (ProtocolException e)
        {
            Enter(session, new LedgerDecision(request.Number, Allowed: false, e.Code, e.Message));
            throw;
        }
    }

    private void Enter(BrokerSession session, LedgerDecision decision) => ledger.DecisionAsync(session.Id, decision).GetAwaiter().GetResult();

    /// <summary>What the worker says that it delivered, also where the agent has gone.</summary>
    private void EnterEnd(BrokerSession session, ulong number, Task<OperationEnd> running)
    {
        LedgerEnd end = running.IsCompletedSuccessfully
            ? new LedgerEnd(number, running.Result.Bytes, running.Result.Sha256, running.Result.Partial, running.Result.Code)
            : new LedgerEnd(number, null, null, Partial: true, (running.Exception?.InnerException as WorkerException)?.Code ?? ErrorCode.Internal);
        try
        {
            ledger.EndAsync(session.Id, end).GetAwaiter().GetResult();
        }
        catch (RecordingException e)
        {
            BrokerLog.Error(e.Message);
        }
    }

    private void CarryOut(BrokerSession session, Judged judged, OperationRight right, Stream agent, BlockingFrames frames)
    {
        IDisposable? turn = null;
        try
        {
            var accepted = new Accepted(judged.Request.Number, judged.Decided.Reason, right.Use?.UsesLeft);
            if (judged.Request.Operation == Operations.SessionWatch)
            {
                Watch(session, judged.Request, accepted, agent, frames);
                return;
            }
            if (judged.Decision.NeedsObserver && !(judged.Endpoint is { } seen && _observers.Watch(session, seen.Process)))
                throw new ProtocolException(ErrorCode.Unobserved, $"role {judged.Decision.Role} lets {judged.Request.Operation} run only while another person watches, and nobody does");
            if (judged.Endpoint is not { } endpoint)
            {
                byte[] result = Answer(session, judged.Request);
                frames.Write(FrameType.Accepted, accepted, ProtocolJson.Default.Accepted);
                Send(session, judged.Request.Number, result, frames);
                agent.Dispose();
                return;
            }
            turn = session.Begin();
            if (Operations.IsDump(judged.Request.Operation))
            {
                if (!OperatingSystem.IsLinux() || dumps is null || endpoint is not UnixEndpoint dumped)
                    throw new ProtocolException(ErrorCode.UnknownOperation, "this version takes no dumps on this host");
                Dump(session, judged, dumps, dumped, right, turn, agent, frames, accepted);
                return;
            }
            WorkerProcess worker = session.WorkerAsync(CancellationToken.None).GetAwaiter().GetResult();
            var running = new Running(judged, right, turn, endpoint, worker, agent, frames, accepted with { Isolation = worker.Isolation }, session.BytesFor(judged.Decision.Limits!.Bytes));
            if (judged.EventPipe is { } eventPipe)
                Trace(session, running, eventPipe);
            else
                Describe(session, running);
        }
        catch
        {
            turn?.Dispose();
            right.GiveBack();
            throw;
        }
    }

    /// <summary>Makes a dump, or finds one that waits, and delivers it on this thread. Nothing was asked of the target when this throws.</summary>
    [SupportedOSPlatform("linux")]
    private void Dump(BrokerSession session, Judged judged, DumpStore dumps, UnixEndpoint endpoint, OperationRight right, IDisposable turn, Stream agent, BlockingFrames frames, Accepted accepted)
    {
        OperationRequest request = judged.Request;
        DumpParameters parameters = request.Dump ?? new DumpParameters();
        SealOrder? seal = request.Unscrubbed ? sealing.OrderFor(session.Proof, request.Number) : null;
        MadeDump dump = parameters.Resume is { } id
            ? dumps.Find(id, session.Proof.Identity, endpoint.Process, request.Operation)
            : dumps.Begin(new DumpOrder(session.Proof.Identity, endpoint, request.Operation, parameters.MaskLiterals, parameters.MaskFields, seal));
        var operation = new DumpOperation(dump, () => gate.Problem(session.Proof, judged));
        session.Add(request.Number, operation);
        Task<OperationEnd> delivering = Task.FromResult(Deliver(session, operation, judged, right, agent, frames, accepted));
        EnterEnd(session, request.Number, delivering);
        session.Count(delivering.Result.Bytes);
        session.Remove(request.Number);
        turn.Dispose();
        right.Use?.Settle(dump.Ready is { IsCompletedSuccessfully: true, Result.Bytes: var bytes } ? bytes : 0);
        TryEnd(agent, frames, delivering.Result);
    }

    [SupportedOSPlatform("linux")]
    private OperationEnd Deliver(BrokerSession session, DumpOperation operation, Judged judged, OperationRight right, Stream agent, BlockingFrames frames, Accepted accepted)
    {
        var over = new TaskCompletionSource();
        try
        {
            // A client that is slow is no reason to give up; the agent ends the operation when it has reason to.
            agent.WriteTimeout = Timeout.Infinite;
            frames.Write(FrameType.Accepted, accepted, ProtocolJson.Default.Accepted);
            if (judged.Decision.NeedsObserver)
                _ = _observers.KeepAsync(session, operation, over.Task);
            using var limit = new Timer(_ => operation.Stop(ErrorCode.Expired), null, right.Within(Limits.Session), Timeout.InfiniteTimeSpan);
            return operation.Run(frames, judged.Request.Dump?.Offset ?? 0, Math.Min(right.Use?.Bytes ?? long.MaxValue, session.BytesLeft(judged.Decision.Limits!.Bytes)));
        }
        catch (PeerGoneException)
        {
            operation.Stop(ErrorCode.ClientGone);
            return new OperationEnd(0, Convert.ToHexStringLower(SHA256.HashData([])), Partial: true, ErrorCode.ClientGone, "the agent is gone", [], null);
        }
        finally
        {
            over.SetResult();
        }
    }

    private static void TryEnd(Stream agent, BlockingFrames frames, OperationEnd end)
    {
        try
        {
            frames.Write(FrameType.End, end, ProtocolJson.Default.OperationEnd);
        }
        catch (Exception e) when (e is PeerGoneException or ObjectDisposedException)
        {
            // The agent has gone: there is nobody to tell.
        }
        agent.Dispose();
    }

    private void Trace(BrokerSession session, Running running, EventPipeRequest request)
    {
        IDisposable share = shares.Take(running.Endpoint.Process);
        try
        {
            Trace(session, running, request, share);
        }
        catch
        {
            share.Dispose();
            throw;
        }
    }

    private void Trace(BrokerSession session, Running running, EventPipeRequest request, IDisposable share)
    {
        SealOrder? seal = running.Judged.Request.Unscrubbed ? sealing.OrderFor(session.Proof, running.Number) : null;
        (Stream stream, ulong sessionId) = DiagnosticsIpc.StartEventPipe(running.Endpoint, request);
        Judged judged = running.Judged;
        gate.Began(running.Endpoint.Process);
        var operation = new EventPipeOperation(
            judged.Request.Operation, running.Endpoint, sessionId, () => gate.Problem(session.Proof, judged));
        session.Add(running.Number, operation);
        try
        {
            running.Frames.Write(FrameType.Accepted, running.Accepted, ProtocolJson.Default.Accepted);
        }
        catch (PeerGoneException)
        {
            // The agent is gone; the worker still reads the target to its end.
            operation.Stop(ErrorCode.ClientGone);
        }
        var job = new Job(running.Number, JobKind.EventPipe, running.Right.Use?.Bytes, seal, running.SessionBytes);
        Task<OperationEnd> reading = operation.RunAsync(running.Worker, job, stream, running.Agent, running.Right.Within(request.Duration), running.Right.CodeAfter(request.Duration));
        if (judged.Decision.NeedsObserver)
            _ = _observers.KeepAsync(session, operation, reading);
        Finish(session, running, reading, stream, () => { session.Remove(running.Number); share.Dispose(); });
    }

    private void Describe(BrokerSession session, Running running)
    {
        Stream target = running.Endpoint.Connect();
        try
        {
            JobKind kind = Request(target, running.Judged.Request.Operation);
            running.Frames.Write(FrameType.Accepted, running.Accepted, ProtocolJson.Default.Accepted);
            var job = new Job(running.Number, kind, running.Right.Use?.Bytes, SessionBytes: running.SessionBytes);
            Task<OperationEnd> reading = running.Worker.RunAsync(job, target, running.Agent, CancellationToken.None);
            Finish(session, running, reading, target, () => { });
        }
        catch (PeerGoneException)
        {
            target.Dispose();
            throw;
        }
        catch (IOException e)
        {
            target.Dispose();
            throw new TargetException(ErrorCode.TargetFailed, $"process {running.Endpoint.Process.Pid} did not take the request ({e.Word()})");
        }
    }

    private static JobKind Request(Stream target, string operation)
    {
        if (operation == Operations.ProcessEnvironment)
        {
            DiagnosticsIpc.RequestEnvironment(target);
            return JobKind.Environment;
        }
        DiagnosticsIpc.RequestProcessInfo(target);
        return JobKind.ProcessInfo;
    }

    /// <summary>Lets go of all that the operation held when it is over. A worker that died has told nothing of what it delivered: all of it counts.</summary>
    private void Finish(BrokerSession session, Running running, Task<OperationEnd> reading, Stream target, Action forget) => reading.ContinueWith(
        ended =>
        {
            EnterEnd(session, running.Number, ended);
            if (ended.IsCompletedSuccessfully)
                session.Count(ended.Result.Bytes);
            forget();
            running.Turn.Dispose();
            target.Dispose();
            running.Agent.Dispose();
            if (ended.IsCompletedSuccessfully)
                running.Right.Use?.Settle(ended.Result.Bytes);
        },
        TaskScheduler.Default);

    /// <summary>What is asked of the host and not of a target: the broker answers it itself.</summary>
    private byte[] Answer(BrokerSession session, OperationRequest request)
    {
        switch (request.Operation)
        {
            case Operations.SessionList:
                return JsonSerializer.SerializeToUtf8Bytes(registry.List(), ProtocolJson.Default.SessionList);
            case Operations.Inventory:
                return gate.TakeInventory().ToJson();
            case Operations.SessionKill when request.Kill == session.Id:
                throw new ProtocolException(ErrorCode.BadRequest, "that is this session itself");
            case Operations.SessionKill:
                KilledSession killed = registry.Kill(request.Kill!, session.Proof.Identity.ToString(), session.Proof.Statement.Reason)
                    ?? throw new ProtocolException(ErrorCode.NoSession, $"there is no session {request.Kill} on this host");
                return JsonSerializer.SerializeToUtf8Bytes(killed, ProtocolJson.Default.KilledSession);
            default:
                // Who lists processes looks at one next: the worker's start need not wait for that. A failure comes up then.
                _ = session.WorkerAsync(CancellationToken.None).ContinueWith(t => t.Exception, TaskScheduler.Default);
                return JsonSerializer.SerializeToUtf8Bytes(gate.List(session.Proof), ProtocolJson.Default.ProcessList);
        }
    }

    private void Send(BrokerSession session, ulong number, byte[] list, BlockingFrames frames)
    {
        foreach (byte[] part in list.Chunk(Limits.DataPayload))
            frames.Write(FrameType.Data, part);
        var end = new OperationEnd(list.Length, Convert.ToHexStringLower(SHA256.HashData(list)), Partial: false, null, null, [], null);
        EnterEnd(session, number, Task.FromResult(end));
        frames.Write(FrameType.End, end, ProtocolJson.Default.OperationEnd);
    }

    /// <summary>The connection's last word.</summary>
    public static void Refuse(Stream agent, BlockingFrames frames, string code, string message)
    {
        try
        {
            frames.Write(FrameType.Refused, new Refused(code, message), ProtocolJson.Default.Refused);
        }
        catch (Exception e) when (e is PeerGoneException or ObjectDisposedException)
        {
            // The agent has gone: there is nobody to tell.
        }
        agent.Dispose();
    }

    /// <summary>An operation that is being carried out, and what it holds.</summary>
    private sealed record Running(
        Judged Judged, OperationRight Right, IDisposable Turn, DiagnosticEndpoint Endpoint, WorkerProcess Worker, Stream Agent, BlockingFrames Frames, Accepted Accepted, long SessionBytes)
    {
        public ulong Number => Judged.Request.Number;
    }
}
