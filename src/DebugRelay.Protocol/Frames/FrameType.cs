namespace DebugRelay.Protocol;

/// <summary>The second field of a frame: what its payload is. Control payloads are one JSON object each, <see cref="Data"/> is raw bytes.</summary>
public enum FrameType : byte
{
    /// <summary>Agent to client, always first: <see cref="Messages.Hello"/>.</summary>
    Hello = 0x01,

    /// <summary>Client to agent, first frame of a control connection: <see cref="Messages.OpenSession"/>.</summary>
    OpenSession = 0x02,

    /// <summary>Broker to agent to client: <see cref="Messages.Challenge"/>.</summary>
    Challenge = 0x03,

    /// <summary>Client to agent to broker: <see cref="Messages.Proof"/>.</summary>
    Proof = 0x04,

    /// <summary>The session stands: <see cref="Messages.SessionOpened"/>.</summary>
    SessionOpened = 0x05,

    /// <summary>Client to agent, first frame of an operation's connection, and agent to broker: <see cref="Messages.OpenOperation"/>.</summary>
    OpenOperation = 0x06,

    /// <summary>The operation runs: <see cref="Messages.Accepted"/>.</summary>
    Accepted = 0x07,

    /// <summary>Bytes of the operation's result, as they are delivered.</summary>
    Data = 0x08,

    /// <summary>The operation is over and its bytes are whole (or said not to be): <see cref="Messages.OperationEnd"/>.</summary>
    End = 0x09,

    /// <summary>No, and why: <see cref="Messages.Refused"/>. Nothing follows.</summary>
    Refused = 0x0A,

    /// <summary>Client to agent on an operation's connection: end it and deliver what there is. Empty object.</summary>
    Stop = 0x0B,

    /// <summary>Both ways on a control connection: still here. Empty object.</summary>
    Heartbeat = 0x0C,

    /// <summary>Agent to client on a control connection: <see cref="Messages.Notice"/>.</summary>
    Notice = 0x0D,

    /// <summary>Agent to client on a control connection: the head of the recording, <see cref="Messages.RecordingHead"/>.</summary>
    RecordingHead = 0x0E,

    /// <summary>Client to agent on a control connection: the session is to end. Empty object.</summary>
    CloseSession = 0x0F,

    /// <summary>Agent to client, broker to agent, last frame of a control connection: <see cref="Messages.SessionClosed"/>.</summary>
    SessionClosed = 0x10,

    /// <summary>Agent to client on a control connection, broker to agent: the head of a ledger, <see cref="Messages.LedgerNote"/>.</summary>
    LedgerHead = 0x11,

    /// <summary>Client to agent on a control connection: <see cref="Messages.InboxCall"/>. One at a time.</summary>
    InboxCall = 0x12,

    /// <summary>Agent to client on a control connection: <see cref="Messages.InboxReply"/>.</summary>
    InboxReply = 0x13,

    /// <summary>Client to agent on a control connection, after the last <see cref="RecordingHead"/>: <see cref="Messages.Countersignature"/>.</summary>
    Countersignature = 0x14,

    /// <summary>Broker to agent to client on an operation's connection, before its data: how far it is, <see cref="Messages.OperationProgress"/>.</summary>
    Progress = 0x15,

    /// <summary>Agent to broker, first frame of a session's connection: <see cref="Messages.OpenSession"/> is answered by a challenge.</summary>
    ChallengeRequest = 0x20,

    /// <summary>Broker to agent: <see cref="Messages.Decided"/>. Nothing has been sent to the target yet.</summary>
    Decided = 0x21,

    /// <summary>Agent to broker: the request is on disk, carry it out. Empty object.</summary>
    Proceed = 0x22,

    /// <summary>Both ways on a session's connection between agent and broker: <see cref="Messages.StopOperation"/>.</summary>
    StopOperation = 0x23,

    /// <summary>Worker to broker, first: <see cref="Messages.WorkerReady"/>.</summary>
    WorkerReady = 0x30,

    /// <summary>Broker to worker, with two descriptors (target, agent): <see cref="Messages.Job"/>.</summary>
    Job = 0x31,

    /// <summary>Worker to broker: <see cref="Messages.JobEnded"/>.</summary>
    JobEnded = 0x32,

    /// <summary>Broker to worker: <see cref="Messages.CancelJob"/>, let go of the target now.</summary>
    CancelJob = 0x33,

    /// <summary>Broker to dump worker, with three descriptors (FIFO, file for the raw dump, file for the result): <see cref="Messages.DumpJob"/>.</summary>
    DumpJob = 0x34,

    /// <summary>Dump worker to broker: <see cref="Messages.DumpLine"/>.</summary>
    DumpLine = 0x35,

    /// <summary>Broker to worker, first: <see cref="Messages.WorkerProfile"/>.</summary>
    WorkerProfile = 0x38,
}
