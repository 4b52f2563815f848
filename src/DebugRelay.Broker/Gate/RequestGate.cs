using DebugRelay.Broker.Sessions;
using DebugRelay.Broker.Targets;
using DebugRelay.Policy;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Gate;

/// <summary>Judges a request: whose is it, was it used before, what does it ask, of whom, and may he.</summary>
internal sealed class RequestGate(HostConfiguration configuration, HostTrust trust, ProcessFinder finder)
{
    /// <summary>Judges a request. Nothing is sent to a target.</summary>
    /// <exception cref="ProtocolException">The request is not the engineer's, or none of a known form.</exception>
    public Judged Judge(BrokerSession session, OpenOperation open)
    {
        OperationRequest request = Verify(session, open);
        session.Use(request.Number);
        EventPipeRequest? eventPipe = CheckForm(request);
        DiagnosticEndpoint? endpoint = null;
        if (request.Target is { } target)
        {
            endpoint = finder.Find(target.Pid, target.StartTime);
            if (endpoint is null)
                return new Judged(request, new Decided(false, ErrorCode.NoProcess, $"there is no .NET process {target.Pid} that was started at {target.StartTime}", null), null, null);
        }
        Decision decision = Decide(session.Identity, request.Operation, endpoint?.Process);
        return new Judged(request, new Decided(decision.Allowed, decision.Allowed ? null : ErrorCode.Denied, decision.Reason, endpoint?.Process), endpoint, eventPipe);
    }

    /// <summary>The processes that the caller may see, and what he may do with each.</summary>
    public ProcessList List(PeerIdentity identity) => new(
        [.. from endpoint in finder.FindAll()
            where Decide(identity, Operations.ProcessList, endpoint.Process).Allowed
            select new ListedProcess(endpoint.Process, [.. Operations.All.Where(o => Operations.ScopeOf(o) == OperationScope.Process && Decide(identity, o, endpoint.Process).Allowed)])]);

    private static OperationRequest Verify(BrokerSession session, OpenOperation open)
    {
        try
        {
            return session.Proof.VerifyRequest(new SignedRequest(open.Request, open.Signature));
        }
        catch (ProofException e)
        {
            throw new ProtocolException(ErrorCode.BadRequest, e.Message);
        }
    }

    /// <summary>Each operation has a form of its own; what it does not need it must not bring.</summary>
    private static EventPipeRequest? CheckForm(OperationRequest request)
    {
        switch (request.Operation)
        {
            case Operations.ProcessList when request.Target is null && request.EventPipe is null:
            case Operations.ProcessInfo when request.Target is not null && request.EventPipe is null:
                return null;
            case Operations.Counters or Operations.Trace when request is { Target: not null, EventPipe: { } parameters }:
                return EventPipeClassifier.Check(request.Operation, parameters);
            case Operations.ProcessList or Operations.ProcessInfo or Operations.Counters or Operations.Trace:
                throw new ProtocolException(ErrorCode.BadRequest, $"a request for {request.Operation} does not have this form");
            case var known when Operations.IsKnown(known):
                throw new ProtocolException(ErrorCode.UnknownOperation, $"this version does not carry out {known}");
            default:
                throw new ProtocolException(ErrorCode.UnknownOperation, "the operation is not known");
        }
    }

    private Decision Decide(PeerIdentity identity, string operation, TargetProcess? process)
        => trust.Decide(identity, operation, process?.Name, process?.User, process?.Pid, configuration.Host, DateTimeOffset.UtcNow);
}

/// <summary>A request and what was decided.</summary>
/// <param name="Request">The request.</param>
/// <param name="Decided">What the agent is told.</param>
/// <param name="Endpoint">The target; null where there is none.</param>
/// <param name="EventPipe">The session to ask of the target, built anew; null where the operation is none.</param>
internal sealed record Judged(OperationRequest Request, Decided Decided, DiagnosticEndpoint? Endpoint, EventPipeRequest? EventPipe);
