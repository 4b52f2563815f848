namespace DebugRelay.Protocol.Messages;

/// <summary>The broker's decision on a request; nothing has been sent to the target yet.</summary>
/// <param name="Allowed">Whether it may be carried out.</param>
/// <param name="Code">One of <see cref="ErrorCode"/> when refused; else null.</param>
/// <param name="Reason">The rule, or what is wrong with the request.</param>
/// <param name="Target">The process that is meant; null where the operation has none or it was not found.</param>
public sealed record Decided(bool Allowed, string? Code, string Reason, TargetProcess? Target);

/// <summary>A process as the host's kernel describes it, never as it describes itself over its socket.</summary>
/// <param name="Pid">Process id on the host.</param>
/// <param name="StartTime">Start time in clock ticks since boot: with the pid it names one process for good.</param>
/// <param name="Name">The program's name: the entry assembly's for `dotnet App.dll`, else the executable's.</param>
/// <param name="User">The user's name, or the number where it has none.</param>
/// <param name="Started">When it started.</param>
/// <param name="Container">The container that it runs in: its name, or twelve digits of its id; null where it is in none.</param>
public sealed record TargetProcess(int Pid, ulong StartTime, string Name, string User, DateTimeOffset Started, string? Container = null);

/// <summary>Ends an operation. From the broker, it says that it ends one by itself.</summary>
/// <param name="Number">The request's number.</param>
/// <param name="Code">One of <see cref="ErrorCode"/>: why.</param>
/// <param name="Message">One line, from the broker; else null.</param>
public sealed record StopOperation(ulong Number, string Code, string? Message = null);

/// <summary>What a worker scrubs with.</summary>
/// <param name="Name">What reports call the profile.</param>
/// <param name="Content">The profile's JSON text.</param>
/// <param name="Number">Which worker of its session it is, from 1: its pseudonyms bear the number, since each has a key of its own.</param>
/// <param name="ProcessorSeconds">Processor time that it has at most.</param>
public sealed record WorkerProfile(string Name, byte[] Content, int Number, int ProcessorSeconds);

/// <summary>A worker reports for duty.</summary>
/// <param name="ProfileSha256">Of the profile that it loaded, hexadecimal.</param>
/// <param name="SurvivingCanaries">Rules whose made-up secret was not masked. None may survive.</param>
/// <param name="Isolation">Names of what it took from itself.</param>
public sealed record WorkerReady(string ProfileSha256, string[] SurvivingCanaries, string[] Isolation);

/// <summary>One operation's reading and scrubbing.</summary>
/// <param name="Number">The request's number.</param>
/// <param name="Kind">What the target's socket will give.</param>
/// <param name="MaxBytes">Bytes that may be delivered; the job ends before there are more. Null for no limit.</param>
/// <param name="Seal">Deliver without scrubbing, encrypted; null: scrubbed.</param>
/// <param name="SessionBytes">Bytes that this worker may deliver in its life, all jobs together, by the policy that holds now. Null for no limit.</param>
public sealed record Job(ulong Number, JobKind Kind, long? MaxBytes = null, SealOrder? Seal = null, long? SessionBytes = null);

/// <summary>For whom unscrubbed data are encrypted, before they leave the worker.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="Session">The session's id.</param>
/// <param name="Number">The request's number.</param>
/// <param name="ClientKey">The key that the engineer signed for it, as SubjectPublicKeyInfo.</param>
/// <param name="Reviewers">Certificates in DER of those who may read them later, from the recording.</param>
public sealed record SealOrder(string Host, string Session, ulong Number, byte[] ClientKey, byte[][] Reviewers);

/// <summary>What a target's socket gives.</summary>
public enum JobKind
{
    /// <summary>A nettrace stream; the reply to the command has been read.</summary>
    EventPipe,

    /// <summary>The reply to ProcessInfo3, header included.</summary>
    ProcessInfo,

    /// <summary>The reply to GetProcessEnvironment, header included, and the variables after it.</summary>
    Environment,
}

/// <summary>A worker is done with a job.</summary>
/// <param name="Number">The request's number.</param>
/// <param name="End">What was delivered.</param>
public sealed record JobEnded(ulong Number, OperationEnd End);

/// <summary>Lets go of a job's target at once.</summary>
/// <param name="Number">The request's number.</param>
/// <param name="Code">One of <see cref="ErrorCode"/>: why.</param>
public sealed record CancelJob(ulong Number, string Code);

/// <summary>A dump to read from a FIFO, to sanitise and to verify.</summary>
/// <param name="MostBytes">Bytes of the raw dump, at most; a larger one is given up.</param>
/// <param name="MaskLiterals">Mask the program's literals too.</param>
/// <param name="MaskFields">Keep of the program's own objects the references alone.</param>
/// <param name="Seal">Deliver it as it is, encrypted; null: sanitised.</param>
public sealed record DumpJob(long MostBytes, bool MaskLiterals = false, bool MaskFields = false, SealOrder? Seal = null);
