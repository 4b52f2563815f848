namespace DebugRelay.Protocol;

/// <summary>The names of all failures on the wire. They are part of the protocol: scripts and recordings rely on them.</summary>
public static class ErrorCode
{
    /// <summary>All of them: what is none is no code of ours.</summary>
    public static IReadOnlySet<string> All { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        Truncated, FrameTooLong, UnknownFrame, UnexpectedFrame, BadMessage, TimedOut, WrongProtocol, LimitReached, NoSession, BadProof, BadRequest,
        Replayed, UnknownOperation, Denied, UsedUp, AccessRequested, AccessGranted, Unobserved, AwaitsObserver, BreakGlass, NewSurface, NoProcess,
        TargetFailed, TargetGone, TargetMalformed, DumpWithheld, BadDump, Storage, RecordingFailed, BrokerGone, WorkerGone, ScrubberFailed, Expired,
        Revoked, Killed, Idle, ClientGone, Closed, ShuttingDown, Internal,
    };

    /// <summary>The stream ended within a frame, or before a frame that was due.</summary>
    public const string Truncated = "truncated";

    /// <summary>A frame is longer than its type allows.</summary>
    public const string FrameTooLong = "frame-too-long";

    /// <summary>A frame's type is not one of ours.</summary>
    public const string UnknownFrame = "unknown-frame";

    /// <summary>A frame came where another was due.</summary>
    public const string UnexpectedFrame = "unexpected-frame";

    /// <summary>A frame's JSON does not fit its message.</summary>
    public const string BadMessage = "bad-message";

    /// <summary>The peer took too long.</summary>
    public const string TimedOut = "timed-out";

    /// <summary>The client speaks no protocol that the agent speaks (ALPN or version).</summary>
    public const string WrongProtocol = "wrong-protocol";

    /// <summary>A limit of the host or the role is reached.</summary>
    public const string LimitReached = "limit-reached";

    /// <summary>The session does not exist, its ticket is wrong, or it is another certificate's.</summary>
    public const string NoSession = "no-session";

    /// <summary>The proof of the session was not accepted.</summary>
    public const string BadProof = "bad-proof";

    /// <summary>The request's signature or form was not accepted.</summary>
    public const string BadRequest = "bad-request";

    /// <summary>The request was used before.</summary>
    public const string Replayed = "replayed";

    /// <summary>The operation is none that DebugRelay knows.</summary>
    public const string UnknownOperation = "unknown-operation";

    /// <summary>The policy says no.</summary>
    public const string Denied = "denied";

    /// <summary>The grant, or the emergency, is used up.</summary>
    public const string UsedUp = "used-up";

    /// <summary>Told to approvers: somebody asks for a grant.</summary>
    public const string AccessRequested = "access-requested";

    /// <summary>Told to a requester: somebody approved.</summary>
    public const string AccessGranted = "access-granted";

    /// <summary>The operation must be watched, and nobody does.</summary>
    public const string Unobserved = "unobserved";

    /// <summary>Told to a requester: his operation begins when somebody watches.</summary>
    public const string AwaitsObserver = "awaits-observer";

    /// <summary>Told to reviewers: somebody declared an emergency.</summary>
    public const string BreakGlass = "break-glass";

    /// <summary>Told to those who may take the inventory: the host has a debug surface that was not there before.</summary>
    public const string NewSurface = "new-surface";

    /// <summary>There is no such process, or none that may be seen.</summary>
    public const string NoProcess = "no-process";

    /// <summary>The process did not answer, or answered with an error.</summary>
    public const string TargetFailed = "target-failed";

    /// <summary>The process ended while it was looked at.</summary>
    public const string TargetGone = "target-gone";

    /// <summary>What the process sent is no stream that can be scrubbed; it was cut after the last whole block.</summary>
    public const string TargetMalformed = "target-malformed";

    /// <summary>A sanitised dump is not what it must be; it was thrown away.</summary>
    public const string DumpWithheld = "dump-withheld";

    /// <summary>A dump cannot be read.</summary>
    public const string BadDump = "bad-dump";

    /// <summary>The host has no room for it, or a file could not be written.</summary>
    public const string Storage = "storage";

    /// <summary>The session cannot be recorded, so there is no session.</summary>
    public const string RecordingFailed = "recording-failed";

    /// <summary>The broker is not there, or died.</summary>
    public const string BrokerGone = "broker-gone";

    /// <summary>The worker is not there, or died.</summary>
    public const string WorkerGone = "worker-gone";

    /// <summary>The scrubber's own check failed: it would have let a secret out.</summary>
    public const string ScrubberFailed = "scrubber-failed";

    /// <summary>The session's time is over, or its certificate's.</summary>
    public const string Expired = "expired";

    /// <summary>Access was taken away while it was used: the certificate, the deny list, the policy, the kill file, a revocation list.</summary>
    public const string Revoked = "revoked";

    /// <summary>Somebody who may has ended the session.</summary>
    public const string Killed = "killed";

    /// <summary>The session had no operation for as long as the role allows.</summary>
    public const string Idle = "idle";

    /// <summary>The client closed the session, or its connection was lost.</summary>
    public const string ClientGone = "client-gone";

    /// <summary>The session was closed as asked.</summary>
    public const string Closed = "closed";

    /// <summary>The agent stops.</summary>
    public const string ShuttingDown = "shutting-down";

    /// <summary>Something failed that should not have; the log of the host says more.</summary>
    public const string Internal = "internal";

    /// <summary>Whether the code says that somebody is no longer wanted: he gets nothing more, not even what is on its way.</summary>
    public static bool IsWithdrawal(string code) => code is Revoked or Killed;

    /// <summary>Whether the code says that a right is over: what it gave ends within two seconds, whatever is still on its way.</summary>
    public static bool EndsAccess(string code) => code is Expired || IsWithdrawal(code);
}
