namespace DebugRelay.Protocol;

/// <summary>Every limit that a peer of the wire can push on, with its reason. Sizes are bytes, times are <see cref="TimeSpan"/>s.</summary>
public static class Limits
{
    /// <summary>Largest control payload (JSON). A proof with a certificate chain is the largest: about 12 KiB with four certificates.</summary>
    public const int ControlPayload = 64 * 1024;

    /// <summary>Largest data payload. The runtime's own trace blocks are 100 KiB, so a block seldom needs more than one frame.</summary>
    public const int DataPayload = 256 * 1024;

    /// <summary>Largest request for an operation: the request (64 KiB), a grant (16 KiB) and its signatures (32 KiB) in base64.</summary>
    public const int OperationPayload = 160 * 1024;

    /// <summary>Bytes of plaintext in one piece of a sealed stream: a reader holds one piece.</summary>
    public const int SealedChunk = 64 * 1024;

    /// <summary>Bytes of a sealed stream's head: some 300 a recipient, and as many reviewers as a site has.</summary>
    public const int SealedHeader = 32 * 1024;

    /// <summary>Reviewers for whom a stream is sealed.</summary>
    public const int Reviewers = 32;

    /// <summary>Largest answer of the inbox: some hundred requests, or a few with all that a grant may have.</summary>
    public const int InboxPayload = 1024 * 1024;

    /// <summary>Requests that wait on a host for their approvers.</summary>
    public const int InboxLetters = 200;

    /// <summary>Those of one person: who needs more has not read the answers.</summary>
    public const int InboxLettersOfOne = 10;

    /// <summary>Calls of one session to the inbox; each is recorded.</summary>
    public const int InboxCalls = 1000;

    /// <summary>Bytes of a process's environment as its runtime sends it. Linux lets a program begin with 2 MiB of it, which UTF-16 doubles.</summary>
    public const int Environment = 4 * 1024 * 1024;

    /// <summary>Variables of a process's environment: some hundred are usual.</summary>
    public const int EnvironmentVariables = 100_000;

    /// <summary>Certificates in a proof: leaf, three intermediates, root.</summary>
    public const int CertificatesInProof = 5;

    /// <summary>Operations that a session may ask for. Each used number is remembered, so that none is used twice.</summary>
    public const int OperationsPerSession = 10_000;

    /// <summary>
    /// Operations that run at once in a session: a screen of twenty processes with their counters, and what is asked of one of them beside it. The
    /// runtime itself takes 64 EventPipe sessions in all.
    /// </summary>
    public const int OperationsAtOnce = 24;

    /// <summary>Connections that the broker judges at once, each on a thread; the others wait. Judging takes milliseconds: only targets that hang hold a thread for long.</summary>
    public const int BrokerThreads = 512;

    /// <summary>
    /// Descriptors that agent and broker each keep for when they run out: a session under way takes up to ten, and a handshake that is refused one. With fewer
    /// than these free, beside the reserve, nothing new begins.
    /// </summary>
    public const int DescriptorsKept = 64;

    /// <summary>Free descriptors below which no connection is accepted, not even to be refused: the rest is the runtime's own, and for recordings of what is under way.</summary>
    public const int DescriptorsToRefuse = 32;

    /// <summary>How often they are counted beside each connection's coming: it takes some 20 µs.</summary>
    public static readonly TimeSpan DescriptorsLook = TimeSpan.FromMilliseconds(100);

    /// <summary>Sessions that one identity may be opening at once: a client opens one. Beyond it, its unanswered challenges would keep others out.</summary>
    public const int OpeningsAtOnce = 8;

    /// <summary>Challenges that wait for their proof in the broker. Beyond them no session can be opened until one is answered or given up.</summary>
    public const int OpenChallenges = 256;

    /// <summary>A TLS handshake takes milliseconds; who needs longer holds a connection that others may want.</summary>
    public static readonly TimeSpan Handshake = TimeSpan.FromSeconds(10);

    /// <summary>From a connection to its whole ClientHello: the first packet of an honest client.</summary>
    public static readonly TimeSpan ClientHello = TimeSpan.FromSeconds(5);

    /// <summary>Connections from one address that have shown no certificate yet. Beyond them the oldest goes when a new one comes.</summary>
    public const int NewcomersPerAddress = 128;

    /// <summary>Handshakes of one address that wait for their turn. Beyond them the oldest is refused.</summary>
    public const int HandshakesWaiting = 64;

    /// <summary>How long a handshake waits for its turn before it is refused.</summary>
    public static readonly TimeSpan HandshakeWait = TimeSpan.FromSeconds(2);

    /// <summary>A handshake that takes longer makes room when others wait; a slow network needs three round trips, well within it.</summary>
    public static readonly TimeSpan HandshakeStalled = TimeSpan.FromSeconds(1);

    /// <summary>Addresses whose failed handshakes are remembered: some hundred bytes each.</summary>
    public const int AddressesKnown = 4096;

    /// <summary>From the end of the handshake to the client's first whole frame, and between the steps of opening a session.</summary>
    public static readonly TimeSpan Opening = TimeSpan.FromSeconds(10);

    /// <summary>From a question to the broker's answer where it needs nobody else: it takes milliseconds, on a busy host a second.</summary>
    public static readonly TimeSpan BrokerAnswer = TimeSpan.FromSeconds(10);

    /// <summary>How long a challenge may be answered: a token that asks for a PIN needs a moment.</summary>
    public static readonly TimeSpan Challenge = TimeSpan.FromMinutes(1);

    /// <summary>A control connection that is silent for three heartbeats is gone.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>Heartbeats of a control connection.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    /// <summary>Longest session where the role sets no limit.</summary>
    public static readonly TimeSpan Session = TimeSpan.FromHours(8);

    /// <summary>Processes that call the broker and are remembered: as many as a large host runs, with one open connection each.</summary>
    public const int Callers = 4096;

    /// <summary>Calls at once that have not said who they are; the others wait in the kernel's queue. A runtime says it with its first packet.</summary>
    public const int CallersGreeted = 256;

    /// <summary>From a request to the first bytes of the target's answer. A runtime answers in a millisecond; one that hangs must not hold us.</summary>
    public static readonly TimeSpan TargetAnswer = TimeSpan.FromSeconds(5);

    /// <summary>From a stop to the end of the target's stream: the rundown of a large process takes a second or two; past that we let go.</summary>
    public static readonly TimeSpan StopDrain = TimeSpan.FromSeconds(20);

    /// <summary>From a stop to letting go of the target where access was taken away: nobody waits for the rest, the target alone is given the time.</summary>
    public static readonly TimeSpan KillDrain = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How many sessions that lost their right are being ended at once, and how long one that takes longer keeps the next from its turn: even where every target
    /// hangs, the last of 500 has its turn within a second and a half.
    /// </summary>
    public const int EndsAtOnce = 16;

    /// <inheritdoc cref="EndsAtOnce"/>
    public static readonly TimeSpan EndTurn = TimeSpan.FromMilliseconds(40);

    /// <summary>How long a session whose client has left after it was told waits for its turn: until then that of 500 has come, with the telling before it.</summary>
    public static readonly TimeSpan AllTurns = TimeSpan.FromSeconds(2);

    /// <summary>What the agent waits, where sessions lost their right, until all of their clients are told: only then are they ended. Who does not listen is not waited for.</summary>
    public static readonly TimeSpan TellingFirst = TimeSpan.FromMilliseconds(250);

    /// <summary>What the broker waits with the end of such sessions, for which the agent has told the clients first. This is for one that does not: with the turns it is two seconds.</summary>
    public static readonly TimeSpan WithdrawalGrace = TimeSpan.FromMilliseconds(500);

    /// <summary>How often live sessions are judged again without a change of the files: certificates and revocation lists end by the clock.</summary>
    public static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Bytes of an operation that may wait for a slow client, in its recording. Beyond it the worker is no longer read, and leaves whole blocks of
    /// events out; the target is drained all the same.
    /// </summary>
    public const long Spool = 64 * 1024 * 1024;

    /// <summary>Bytes of an operation that may wait in the worker's memory for the agent. Above half of it, blocks of events are left out.</summary>
    public const int WorkerQueue = 8 * 1024 * 1024;

    /// <summary>From the order to let go of a target to the worker's word that it has. A worker that hangs is killed.</summary>
    public static readonly TimeSpan WorkerAnswer = TimeSpan.FromSeconds(2);

    /// <summary>What the broker lets a session have beyond its role's bytes: the agent cuts at the byte, and says why; this is for one that does not.</summary>
    public const long BytesGrace = 1L << 20;

    /// <summary>What the broker lets a session idle beyond its role's time, likewise.</summary>
    public static readonly TimeSpan IdleGrace = TimeSpan.FromSeconds(5);

    /// <summary>How long a client may take for the bytes that are still on their way when its session ends.</summary>
    public static readonly TimeSpan LastBytes = TimeSpan.FromSeconds(5);

    /// <summary>From the last head of a recording to the client's signature on it: a round trip, and a signature of microseconds.</summary>
    public static readonly TimeSpan Countersignature = TimeSpan.FromSeconds(2);

    /// <summary>From the order to stop to the end of the agent: time for targets to be let go and recordings to be closed.</summary>
    public static readonly TimeSpan Shutdown = TimeSpan.FromSeconds(10);

    /// <summary>Longest trace that one operation may take; the session's own end comes first.</summary>
    public static readonly TimeSpan Trace = TimeSpan.FromHours(1);

    /// <summary>From the order to write a dump to its last byte; its target stands still. A gigabyte takes three seconds, on a busy disk ten.</summary>
    public static readonly TimeSpan DumpTaking = TimeSpan.FromMinutes(3);

    /// <summary>From there to its verified result: some twenty seconds a gigabyte on a busy machine.</summary>
    public static readonly TimeSpan DumpSanitising = TimeSpan.FromMinutes(20);

    /// <summary>How long a result waits for an engineer whose link broke. It lies in a file without a name.</summary>
    public static readonly TimeSpan DumpWaits = TimeSpan.FromMinutes(10);

    /// <summary>Dumps that are made, or wait, on a host at once: each takes a processor and as much disk as its target has memory.</summary>
    public const int DumpsAtOnce = 4;

    /// <summary>Bytes of disk that a dump leaves free: what else runs on the host needs them.</summary>
    public const long DumpLeavesFree = 512L * 1024 * 1024;

    /// <summary>Bytes of memory that must be there for the process that sanitises.</summary>
    public const long DumpMemory = 384L * 1024 * 1024;

    /// <summary>From the start of a worker or a broker to its first frame. A cold JIT start on a busy machine takes seconds.</summary>
    public static readonly TimeSpan ProcessStart = TimeSpan.FromSeconds(30);

    /// <summary>From the order to carry a request out to the broker's word that it runs: a worker's start, and a target's answers to two requests.</summary>
    public static readonly TimeSpan BrokerStart = ProcessStart + (TargetAnswer * 6);

    /// <summary>How long a request waits for its approvers: an incident is over by then, or has become a project.</summary>
    public static readonly TimeSpan InboxTime = TimeSpan.FromDays(1);

    /// <summary>How long an operation that must be watched waits for its observer: somebody has to be called.</summary>
    public static readonly TimeSpan ObserverWait = TimeSpan.FromMinutes(5);

    /// <summary>From the moment when the last observer leaves to the operation's end; its client gets nothing meanwhile. A lost link comes back in seconds.</summary>
    public static readonly TimeSpan ObserverGrace = TimeSpan.FromSeconds(10);

    /// <summary>From an emergency's announcement to the word that it has left the host: somebody waits for it in an incident.</summary>
    public static readonly TimeSpan Announcement = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Debug surfaces that a host remembers as told, and so tells within a day. Whoever may start programs can give them any number of names: what is beyond is counted
    /// in the log alone, and does not fill ledger and disk.
    /// </summary>
    public const int SurfacesKnown = 4096;

    /// <summary>Characters of a surface's description: one that is about many processes names them all.</summary>
    public const int SurfaceText = 1000;

    /// <summary>How many bytes of payload a frame of this type may have.</summary>
    public static int PayloadOf(FrameType type) => type switch
    {
        FrameType.Data => DataPayload,
        FrameType.OpenOperation => OperationPayload,
        FrameType.InboxCall => OperationPayload,
        FrameType.InboxReply => InboxPayload,
        _ => ControlPayload,
    };
}
