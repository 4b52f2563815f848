using System.Text.Json.Serialization;

namespace DebugRelay.Recording;

/// <summary>The kinds of entries in a ledger.</summary>
public static class LedgerKinds
{
    /// <summary>The process that writes the ledger has started: <see cref="LedgerStart"/>.</summary>
    public const string Start = "start";

    /// <summary>A session was opened: <see cref="LedgerOpen"/>.</summary>
    public const string Open = "open";

    /// <summary>Something was asked: <see cref="LedgerRequest"/>.</summary>
    public const string Request = "request";

    /// <summary>It was decided upon: <see cref="LedgerDecision"/>. On disk before the operation runs.</summary>
    public const string Decision = "decision";

    /// <summary>A segment of a recording has its checkpoint.</summary>
    public const string Sealed = "sealed";

    /// <summary>The engineer's client has signed the end of a recording.</summary>
    public const string Countersigned = "countersigned";

    /// <summary>An operation is over: <see cref="LedgerEnd"/>.</summary>
    public const string End = "end";

    /// <summary>A session is over: <see cref="LedgerClose"/>.</summary>
    public const string Close = "close";

    /// <summary>What a restarted agent found of a session that had not been closed: <see cref="LedgerRecovered"/>.</summary>
    public const string Recovered = "recovered";

    /// <summary>Retention deleted a recording: <see cref="LedgerDeleted"/>.</summary>
    public const string Deleted = "deleted";

    /// <summary>A debug surface of the host that was not there before: <see cref="LedgerSurface"/>.</summary>
    public const string Surface = "surface";
}

/// <summary>Entry `start`.</summary>
/// <param name="Host">The host.</param>
/// <param name="Role"><c>agent</c> or <c>broker</c>.</param>
/// <param name="Version">Of the program.</param>
/// <param name="KeySha256">SHA-256 of <c>ledger.pub</c>.</param>
/// <param name="TornBytes">Bytes of a last line that a crash cut; they were removed, nobody had relied on them.</param>
public sealed record LedgerStart(string Host, string Role, string Version, string KeySha256, long TornBytes);

/// <summary>Entry `open`.</summary>
/// <param name="Number">Counts the host's sessions from 1, without a gap.</param>
/// <param name="Identity">Who.</param>
/// <param name="Remote">Where from; null in the broker's ledger, which does not see it.</param>
/// <param name="Reason">Why, in the engineer's words.</param>
/// <param name="Incident">The incident's id.</param>
public sealed record LedgerOpen(long Number, string Identity, string? Remote, string? Reason, string? Incident);

/// <summary>Entry `request`.</summary>
/// <param name="Number">The request's number within its session; null where its signature did not hold.</param>
/// <param name="Operation">What was asked; null likewise.</param>
/// <param name="RequestSha256">SHA-256 of the bytes that the engineer signed.</param>
public sealed record LedgerRequest(ulong? Number, string? Operation, string RequestSha256);

/// <summary>Entry `decision`.</summary>
/// <param name="Number">The request's number; null where its signature did not hold.</param>
/// <param name="Allowed">Whether it may be carried out.</param>
/// <param name="Code">An error code where not.</param>
/// <param name="Reason">The rule, or what is wrong.</param>
/// <param name="Pid">The process, where the operation has one.</param>
/// <param name="Process">Its name.</param>
/// <param name="Grant">The grant that it rests on, where it needs one.</param>
/// <param name="BreakGlass">Whether it was allowed in an emergency, without a grant: the recording stays marked until a reviewer has signed it.</param>
public sealed record LedgerDecision(
    ulong? Number, bool Allowed, string? Code, string Reason, int? Pid = null, string? Process = null, string? Grant = null, bool? BreakGlass = null);

/// <summary>Entry `end`.</summary>
/// <param name="Number">The request's number.</param>
/// <param name="Bytes">Bytes delivered: by the worker in the broker's ledger, into the recording in the agent's; null where the worker died without a word.</param>
/// <param name="Sha256">Of these bytes, in lower-case hex; null likewise.</param>
/// <param name="Partial">Whether the delivery is cut.</param>
/// <param name="Code">Why, where it is.</param>
public sealed record LedgerEnd(ulong Number, long? Bytes, string? Sha256, bool Partial, string? Code);

/// <summary>Entry `close`.</summary>
/// <param name="Code">Why the session ended.</param>
/// <param name="Segments">How many sealed segments its recording has; null in the broker's ledger.</param>
/// <param name="Head">SHA-256 of its last checkpoint, which is final unless the recording failed; null in the broker's ledger and where there is none.</param>
public sealed record LedgerClose(string Code, int? Segments, string? Head);

/// <summary>Entry `recovered`: the recording stays without an end, but what was found of it must stay.</summary>
/// <param name="Segments">How many segments are sealed.</param>
/// <param name="Head">SHA-256 of the last checkpoint; null where there is none.</param>
/// <param name="Entries">How many whole entries there are, sealed or not: it was recovered after this many.</param>
public sealed record LedgerRecovered(int Segments, string? Head, long Entries);

/// <summary>Entry `deleted`.</summary>
/// <param name="Reason"><c>age</c> or <c>size</c>.</param>
/// <param name="Segments">How many segments were sealed.</param>
/// <param name="Head">SHA-256 of the last checkpoint; null where there was none.</param>
/// <param name="Bytes">The recording's size.</param>
public sealed record LedgerDeleted(string Reason, int Segments, string? Head, long Bytes);

/// <summary>Entry `sealed`: a segment of a recording that holds something has its checkpoint, on disk before this is written.</summary>
/// <param name="Segment">The segment's number.</param>
/// <param name="Head">SHA-256 of the checkpoint.</param>
public sealed record LedgerSealed(int Segment, string Head);

/// <summary>Entry `countersigned`: the engineer's client has signed the end of the recording; the signature lies beside it.</summary>
/// <param name="Segments">How many segments are sealed.</param>
/// <param name="Head">SHA-256 of the last checkpoint.</param>
/// <param name="SignatureSha256">SHA-256 of the signature.</param>
public sealed record LedgerCountersigned(int Segments, string Head, string SignatureSha256);

/// <summary>Entry `surface`, in the broker's ledger and of no session.</summary>
/// <param name="Rule">The catalogue's id, such as <c>DBG110</c>.</param>
/// <param name="Severity"><c>info</c> to <c>critical</c>.</param>
/// <param name="Message">What was found.</param>
/// <param name="Pid">Whose surface it is; null for the host's own.</param>
/// <param name="Process">Its name.</param>
public sealed record LedgerSurface(string Rule, string Severity, string Message, int? Pid, string? Process);

/// <summary>How the bodies of a ledger's entries are written and read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LedgerStart))]
[JsonSerializable(typeof(LedgerOpen))]
[JsonSerializable(typeof(LedgerRequest))]
[JsonSerializable(typeof(LedgerDecision))]
[JsonSerializable(typeof(LedgerEnd))]
[JsonSerializable(typeof(LedgerClose))]
[JsonSerializable(typeof(LedgerRecovered))]
[JsonSerializable(typeof(LedgerDeleted))]
[JsonSerializable(typeof(LedgerCountersigned))]
[JsonSerializable(typeof(LedgerSealed))]
[JsonSerializable(typeof(LedgerSurface))]
public sealed partial class LedgerJson : JsonSerializerContext;
