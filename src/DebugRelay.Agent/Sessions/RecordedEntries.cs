using System.Text.Json.Serialization;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Agent.Sessions;

/// <summary>Entry `open`: who opened the session, with what proof, and the ledgers that tell of it too.</summary>
internal sealed record OpenEntry(
    string Session, string Host, string Remote, string Identity, string[] Roles, string? Reason, string? Incident, string Client, string Scrub, string ScrubSha256, DateTimeOffset NotAfter, Proof Proof, LedgerReference Ledgers);

/// <summary>Where the ledgers tell of this session.</summary>
/// <param name="Number">The session's number in the agent's ledger: sessions are counted without a gap.</param>
/// <param name="AgentKeySha256">SHA-256 of the public key of the agent's ledger.</param>
/// <param name="BrokerKeySha256">SHA-256 of the public key of the broker's ledger, as the broker gave it.</param>
internal sealed record LedgerReference(long Number, string AgentKeySha256, string? BrokerKeySha256);

/// <summary>Entry `request`: what was asked, exactly as the engineer signed it, and the grant exactly as its approvers did. On disk before anything is done.</summary>
internal sealed record RequestEntry(string Remote, byte[] Request, byte[] Signature, SignedGrant? Grant);

/// <summary>Entry `decision`: what was decided, by whom and under which rule. On disk before anything is done.</summary>
internal sealed record DecisionEntry(ulong? Number, string? Operation, bool Allowed, string By, string? Code, string Reason, TargetProcess? Target, string? Stream)
{
    /// <summary>SHA-256 of the request that it allows, hexadecimal: verifiers look for the engineer's signature on that.</summary>
    public string? RequestSha256 { get; init; }

    /// <summary>The id of the grant that it rests on.</summary>
    public string? Grant { get; init; }

    /// <summary>Present and true: allowed by an emergency's rule alone. A reviewer's signature is due.</summary>
    public bool? BreakGlass { get; init; }

    /// <summary>Present and true: the data are not scrubbed, and the recording has them encrypted.</summary>
    public bool? Unscrubbed { get; init; }

    /// <summary>Present and true: runs only while another person watches.</summary>
    public bool? Observed { get; init; }

    /// <summary>What is kept of the stream: <c>hash</c> or <c>encrypted</c>; null where it is its bytes.</summary>
    public string? Kept { get; init; }

    /// <summary>Until when it may run.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>Entry `end`: what an operation delivered.</summary>
/// <param name="Number">The request's number.</param>
/// <param name="End">What the worker says of it.</param>
/// <param name="Sent">Bytes that the client was sent.</param>
/// <param name="Isolation">What the process that read the target was confined by; null where none did.</param>
internal sealed record EndEntry(ulong Number, OperationEnd End, long Sent, string[]? Isolation = null);

/// <summary>Entry `access`: what was asked of the inbox, and what came of it.</summary>
internal sealed record AccessEntry(InboxAction Action, byte[]? Document, string? Id, SignedGrant? Grant, string? Code, string? Message);

/// <summary>Entry `watch`: somebody began to watch this session, or left it.</summary>
internal sealed record WatchEntry(string Identity, string Session, ulong Number, bool Began, long Shown);

/// <summary>Entry `close`: why the session ended.</summary>
internal sealed record CloseEntry(string Code, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(OpenEntry))]
[JsonSerializable(typeof(RequestEntry))]
[JsonSerializable(typeof(DecisionEntry))]
[JsonSerializable(typeof(EndEntry))]
[JsonSerializable(typeof(CloseEntry))]
[JsonSerializable(typeof(Announcement))]
[JsonSerializable(typeof(AccessEntry))]
[JsonSerializable(typeof(WatchEntry))]
internal sealed partial class RecordedJson : JsonSerializerContext;
