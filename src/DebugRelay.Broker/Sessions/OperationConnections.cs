using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using DebugRelay.Broker.Gate;
using DebugRelay.Broker.Targets;
using DebugRelay.Broker.Workers;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Sessions;

/// <summary>One operation's connection from the agent: judge, wait until it is recorded, carry out.</summary>
/// <remarks>The target is touched after <see cref="FrameType.Proceed"/> and not before.</remarks>
internal sealed class OperationConnections(SessionRegistry registry, RequestGate gate)
{
    /// <summary>Serves one connection on the caller's thread, until its sockets are handed over or it is answered.</summary>
    public void Run(Socket agent, BlockingFrames frames, ReadOnlyMemory<byte> payload)
    {
        try
        {
            OpenOperation open = ProtocolJson.Read(new(payload), ProtocolJson.Default.OpenOperation);
            BrokerSession session = registry.Find(open.Session)
                ?? throw new ProtocolException(ErrorCode.NoSession, "the broker has no such session");
            OperationRequest request = gate.Verify(session.Proof, open);
            session.Use(request.Number);
            Judged judged = gate.Judge(session.Proof, request);
            frames.Write(FrameType.Decided, judged.Decided, ProtocolJson.Default.Decided);
            if (!judged.Decided.Allowed)
            {
                agent.Dispose();
                return;
            }
            frames.Expect(FrameType.Proceed);
            CarryOut(session, judged, agent, frames);
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
        catch (Exception e) when (e is not SocketException)
        {
            Console.Error.WriteLine($"debugrelay-broker: an operation failed: {e}");
            Refuse(agent, frames, ErrorCode.Internal, "the broker failed; its log says more");
        }
    }

    private void CarryOut(BrokerSession session, Judged judged, Socket agent, BlockingFrames frames)
    {
        var accepted = new Accepted(judged.Request.Number, judged.Decided.Reason);
        if (judged.Endpoint is not { } endpoint)
        {
            frames.Write(FrameType.Accepted, accepted, ProtocolJson.Default.Accepted);
            List(session, frames);
            agent.Dispose();
            return;
        }
        IDisposable turn = session.Begin();
        try
        {
            WorkerProcess worker = session.WorkerAsync(CancellationToken.None).GetAwaiter().GetResult();
            if (judged.EventPipe is { } eventPipe)
                Trace(session, judged.Request.Number, endpoint, eventPipe, worker, agent, frames, accepted, turn);
            else
                Describe(judged.Request.Number, endpoint, worker, agent, frames, accepted, turn);
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    private static void Trace(
        BrokerSession session, ulong number, DiagnosticEndpoint endpoint, EventPipeRequest request, WorkerProcess worker, Socket agent, BlockingFrames frames, Accepted accepted, IDisposable turn)
    {
        (Socket stream, ulong sessionId) = DiagnosticsIpc.StartEventPipe(endpoint, request);
        var operation = new EventPipeOperation(endpoint, sessionId);
        session.Add(number, operation);
        try
        {
            frames.Write(FrameType.Accepted, accepted, ProtocolJson.Default.Accepted);
        }
        catch (SocketException)
        {
            // The agent is gone; the worker still reads the target to its end.
            operation.Stop(ErrorCode.ClientGone);
        }
        Task running = operation.RunAsync(worker, new Job(number, JobKind.EventPipe), stream, agent, request.Duration);
        running.ContinueWith(t => { _ = t.Exception; session.Remove(number); turn.Dispose(); stream.Dispose(); agent.Dispose(); }, TaskScheduler.Default);
    }

    private static void Describe(ulong number, DiagnosticEndpoint endpoint, WorkerProcess worker, Socket agent, BlockingFrames frames, Accepted accepted, IDisposable turn)
    {
        Socket target = endpoint.Connect();
        try
        {
            DiagnosticsIpc.RequestProcessInfo(target);
            frames.Write(FrameType.Accepted, accepted, ProtocolJson.Default.Accepted);
            Task running = worker.RunAsync(
                new Job(number, JobKind.ProcessInfo), target.SafeHandle, agent.SafeHandle, () => { target.Dispose(); agent.Dispose(); }, CancellationToken.None);
            running.ContinueWith(t => { _ = t.Exception; turn.Dispose(); target.Dispose(); agent.Dispose(); }, TaskScheduler.Default);
        }
        catch (SocketException e)
        {
            target.Dispose();
            throw new TargetException(ErrorCode.TargetFailed, $"process {endpoint.Process.Pid} did not take the request ({e.SocketErrorCode})");
        }
    }

    /// <summary>A list comes from the kernel, not from a target: the broker gives it itself.</summary>
    private void List(BrokerSession session, BlockingFrames frames)
    {
        byte[] list = JsonSerializer.SerializeToUtf8Bytes(gate.List(session.Proof), ProtocolJson.Default.ProcessList);
        foreach (byte[] part in list.Chunk(Limits.DataPayload))
            frames.Write(FrameType.Data, part);
        var end = new OperationEnd(list.Length, Convert.ToHexStringLower(SHA256.HashData(list)), Partial: false, null, null, [], null);
        frames.Write(FrameType.End, end, ProtocolJson.Default.OperationEnd);
    }

    private static void Refuse(Socket agent, BlockingFrames frames, string code, string message)
    {
        try
        {
            frames.Write(FrameType.Refused, new Refused(code, message), ProtocolJson.Default.Refused);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The agent has gone: there is nobody to tell.
        }
        agent.Dispose();
    }
}
