using DebugRelay.Broker.Targets;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Surfaces.Inventory;

namespace DebugRelay.Broker.Gate;

/// <summary>Judges a request: whose is it, was it used before, what does it ask, of whom, and may he.</summary>
internal sealed class RequestGate(HostConfiguration configuration, LiveTrust trust, LiveProfile profile, ITargetFinder finder)
{
    /// <summary>Reads a request that the session's engineer signed.</summary>
    /// <exception cref="ProtocolException">He did not, or it has another form.</exception>
    public OperationRequest Verify(VerifiedSession session, OpenOperation open)
    {
        ProofResult<OperationRequest> result = new SignedRequest(open.Request, open.Signature).Verify(session.EphemeralKey, session.Statement.Session, configuration.Host);
        return result.IsValid ? result.Value : throw new ProtocolException(ErrorCode.BadRequest, result.Message);
    }

    /// <summary>Judges a request. Nothing is sent to a target.</summary>
    /// <exception cref="ProtocolException">It asks for something that is never sent.</exception>
    public Judged Judge(VerifiedSession session, OperationRequest request, GrantFiles? grant)
    {
        EventPipeRequest? eventPipe = CheckForm(request);
        DiagnosticEndpoint? endpoint = null;
        if (request.Target is { StartTime: var startTime } target)
        {
            endpoint = startTime is { } start ? finder.Find(target.Pid, start) : null;
            if (endpoint is null)
                return new Judged(request, new Decided(false, ErrorCode.NoProcess, $"there is no .NET process {target.Pid} with the start time that the request names", null), null, null, Decision.None, null);
        }
        Decision decision = Decide(session, request, grant, endpoint?.Process);
        if (decision.Limits is { } limits && request.Parameters?.ProblemFor(limits) is { } beyond)
            return new Judged(request, new Decided(false, ErrorCode.LimitReached, beyond, endpoint?.Process), null, null, decision, null);
        return new Judged(request, new Decided(decision.Allowed, decision.Allowed ? null : ErrorCode.Denied, decision.Reason, endpoint?.Process), endpoint, eventPipe, decision, decision.Grant is null ? null : grant);
    }

    /// <summary>Decides on a request again while it is carried out.</summary>
    /// <returns>Why it is no longer allowed; null while it is.</returns>
    public string? Problem(VerifiedSession session, Judged judged)
    {
        Decision decision = Decide(session, judged.Request, judged.Grant, judged.Endpoint?.Process);
        return decision.Allowed ? judged.Request.Parameters?.ProblemFor(decision.Limits!) : decision.Reason;
    }

    private Decision Decide(VerifiedSession session, OperationRequest request, GrantFiles? grant, TargetProcess? process)
        => trust.Current.Decide(session, request, grant, TargetOf(process), profile.Current.Name, trust.Now);

    /// <summary>A trace of this process has begun.</summary>
    public void Began(TargetProcess process) => finder.Began(process);

    /// <summary>Whether who watches another's session may see what is had of this process.</summary>
    public bool MayWatch(VerifiedSession observer, TargetProcess process) => Decide(observer, Operations.SessionWatch, process).Allowed;

    /// <summary>The processes that the caller may see, and what he may do with each.</summary>
    public ProcessList List(VerifiedSession session) => new(
        [.. from endpoint in finder.FindAll()
            where Decide(session, Operations.ProcessList, endpoint.Process).Allowed
            select Describe(session, endpoint.Process)]);

    /// <summary>The host's debug surfaces, but for our own processes.</summary>
    /// <exception cref="ProtocolException">This version knows no surfaces of this operating system.</exception>
    public InventoryReport TakeInventory() => OperatingSystem.IsLinux()
        ? HostInventory.Take(configuration.Host, DateTimeOffset.UtcNow, finder.Hidden)
        : throw new ProtocolException(ErrorCode.UnknownOperation, "this version takes no inventory of a host that is not Linux");

    /// <summary>Whether who has this session may take the inventory now.</summary>
    public bool MayTakeInventory(VerifiedSession session) => Decide(session, Operations.Inventory, process: null).Allowed;

    private ListedProcess Describe(VerifiedSession session, TargetProcess process)
    {
        (string Operation, Decision Decision)[] all =
            [.. Operations.All.Where(o => Operations.ScopeOf(o) == OperationScope.Process).Select(o => (o, Decide(session, o, process)))];
        return new ListedProcess(
            process,
            [.. all.Where(o => o.Decision.Allowed).Select(o => o.Operation)],
            [.. all.Where(o => o.Decision.ApproversNeeded is not null).Select(o => o.Operation)],
            [.. all.Where(o => o.Decision.BreakGlassWouldDo).Select(o => o.Operation)]);
    }

    /// <summary>What this version carries out. That an operation has its own parts and no others was seen to when the request was parsed.</summary>
    private EventPipeRequest? CheckForm(OperationRequest request)
    {
        if (request.Unscrubbed && request.Operation != Operations.Trace && !Operations.IsDump(request.Operation))
            throw new ProtocolException(ErrorCode.UnknownOperation, $"this version gives no {request.Operation} without scrubbing");
        switch (request.Operation)
        {
            case Operations.ProcessList or Operations.ProcessInfo or Operations.ProcessEnvironment or Operations.Inventory or Operations.SessionList or Operations.SessionKill or Operations.SessionWatch:
                return null;
            case var dump when Operations.IsDump(dump) && OperatingSystem.IsLinux():
                return null;
            case var dump when Operations.IsDump(dump):
                throw new ProtocolException(ErrorCode.UnknownOperation, "this version takes no dumps on a host that is not Linux");
            case var operation when Operations.IsEventPipe(operation) && request.Parameters is { } parameters:
                return EventPipeClassifier.Check(request.Operation, parameters, profile.Current.Arguments);
            default:
                throw new ProtocolException(ErrorCode.UnknownOperation, $"this version does not carry out {request.Operation}");
        }
    }

    private Decision Decide(VerifiedSession session, string operation, TargetProcess? process)
        => trust.Current.Decide(session, operation, TargetOf(process), trust.Now);

    private AccessTarget TargetOf(TargetProcess? process)
        => new() { Host = configuration.Host, Pid = process?.Pid, StartTime = process?.StartTime, Name = process?.Name, User = process?.User, Container = process?.Container };
}

/// <summary>A request and what was decided.</summary>
/// <param name="Request">The request.</param>
/// <param name="Decided">What the agent is told.</param>
/// <param name="Endpoint">The target; null where there is none.</param>
/// <param name="EventPipe">The session to ask of the target, built anew; null where the operation is none.</param>
/// <param name="Decision">The policy's whole answer.</param>
/// <param name="Grant">The grant without which it would be refused; null where none was needed.</param>
internal sealed record Judged(OperationRequest Request, Decided Decided, DiagnosticEndpoint? Endpoint, EventPipeRequest? EventPipe, Decision Decision, GrantFiles? Grant);
