namespace DebugRelay.Protocol.Messages;

/// <summary>The agent's first frame on every connection.</summary>
/// <param name="Protocol">Version of the protocol, 1.</param>
/// <param name="Version">Version of the agent.</param>
/// <param name="Host">The host's name, as policy and recordings name it.</param>
/// <param name="Time">The host's clock.</param>
public sealed record Hello(int Protocol, string Version, string Host, DateTimeOffset Time);

/// <summary>Asks for a session.</summary>
/// <param name="Client">Name and version of the client.</param>
/// <param name="Reason">Why, in the engineer's words; null where none is given.</param>
/// <param name="Incident">The incident's id; null where none is given.</param>
/// <param name="Countersigns">Whether the client answers the recording's last head with a <see cref="Countersignature"/>.</param>
public sealed record OpenSession(string Client, string? Reason, string? Incident, bool Countersigns = false);

/// <summary>What the client has to sign.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="Session">The session's id, 32 hexadecimal digits.</param>
/// <param name="Nonce">The broker's 32 random bytes in base64; the statement repeats this text.</param>
/// <param name="NotAfter">The latest end of the session that the broker will accept.</param>
/// <param name="LedgerKeySha256">SHA-256 of the public key that signs the heads of the broker's ledger, hexadecimal.</param>
public sealed record Challenge(string Host, string Session, string Nonce, DateTimeOffset NotAfter, string? LedgerKeySha256 = null);

/// <summary>The client's answer to a challenge.</summary>
/// <param name="Statement">The signed bytes: a session statement, which names the algorithm.</param>
/// <param name="Signature">By the certificate's key.</param>
/// <param name="Certificates">DER; the client's own first, then intermediates.</param>
public sealed record Proof(byte[] Statement, byte[] Signature, byte[][] Certificates);

/// <summary>The session stands.</summary>
/// <param name="Session">The session's id.</param>
/// <param name="Ticket">256 random bits that each operation shows; empty between broker and agent.</param>
/// <param name="Identity">Who the agent takes the client for.</param>
/// <param name="Roles">The policy's roles that this identity is a member of.</param>
/// <param name="NotAfter">When the session ends at the latest.</param>
/// <param name="Scrub">The name of the scrub profile.</param>
/// <param name="ScrubSha256">SHA-256 of the profile's text, hexadecimal.</param>
public sealed record SessionOpened(string Session, byte[] Ticket, string Identity, string[] Roles, DateTimeOffset NotAfter, string Scrub, string ScrubSha256);

/// <summary>Asks for one operation.</summary>
/// <param name="Session">The session's id.</param>
/// <param name="Ticket">The session's ticket; empty between agent and broker.</param>
/// <param name="Request">The signed bytes: an operation request.</param>
/// <param name="Signature">By the session's ephemeral key.</param>
/// <param name="Grant">The grant that the request names; null where it names none.</param>
public sealed record OpenOperation(string Session, byte[] Ticket, byte[] Request, byte[] Signature, SignedGrant? Grant = null);

/// <summary>A grant, as its approvers signed it.</summary>
/// <param name="Document">The exact bytes of <c>grant.json</c>.</param>
/// <param name="Signatures">The exact bytes of <c>grant.p7s</c>: detached CMS in DER.</param>
public sealed record SignedGrant(byte[] Document, byte[] Signatures);

/// <summary>The operation runs; data follows.</summary>
/// <param name="Number">The request's number.</param>
/// <param name="Rule">The rule that allows it.</param>
/// <param name="UsesLeft">How often the grant that it needed may still be used; null where it needed none.</param>
/// <param name="Isolation">Between broker and agent: what the process that reads the target is confined by. The client need not know.</param>
public sealed record Accepted(ulong Number, string Rule, int? UsesLeft = null, string[]? Isolation = null);

/// <summary>The operation is over.</summary>
/// <param name="Bytes">Bytes delivered in data frames.</param>
/// <param name="Sha256">Of these bytes, hexadecimal.</param>
/// <param name="Partial">True when the result is cut: what came is whole as far as it goes.</param>
/// <param name="Code">One of <see cref="ErrorCode"/> when <paramref name="Partial"/>; else null.</param>
/// <param name="Message">What cut it, one line; else null.</param>
/// <param name="Scrubbed">Masked values by rule: counts, never values.</param>
/// <param name="Events">What became of the events; null where the result is not a trace.</param>
/// <param name="ScrubbedBy">The same by provider (or other source) and rule; null where nothing was masked.</param>
/// <param name="Dump">Of a dump: what was done to it, with the SHA-256 of the whole, whichever part of it came; else null.</param>
public sealed record OperationEnd(
    long Bytes,
    string Sha256,
    bool Partial,
    string? Code,
    string? Message,
    SortedDictionary<string, long> Scrubbed,
    EventCounts? Events,
    SortedDictionary<string, SortedDictionary<string, long>>? ScrubbedBy = null,
    DumpReport? Dump = null);

/// <summary>How far an operation is that delivers when it is done.</summary>
/// <param name="Stage">What is being done: take, read, heap, native, verify, deliver.</param>
/// <param name="Done">Bytes done of the stage; 0 where the stage counts none.</param>
/// <param name="Total">Bytes of the stage; 0 where they are not known.</param>
/// <param name="Id">By which the result can be asked for again when the link breaks; null where it cannot.</param>
public sealed record OperationProgress(string Stage, long Done, long Total, string? Id = null);

/// <summary>What became of a trace's events.</summary>
/// <param name="Read">Events that the target sent.</param>
/// <param name="Delivered">Events that were delivered.</param>
/// <param name="Dropped">Events that the profile drops.</param>
/// <param name="Blanked">Events whose payload could not be read exactly, by reason: their content is gone.</param>
/// <param name="LostBlocks">Blocks of events left out because the client did not take them in time; readers of the trace see their events as lost.</param>
/// <param name="LostBytes">Bytes of those blocks.</param>
public sealed record EventCounts(long Read, long Delivered, long Dropped, SortedDictionary<string, long> Blanked, long LostBlocks = 0, long LostBytes = 0);

/// <summary>No, and why.</summary>
/// <param name="Code">One of <see cref="ErrorCode"/>.</param>
/// <param name="Message">What happened, one line; names the rule where a policy decided.</param>
/// <param name="Hint">What to do, one line; null where there is nothing.</param>
public sealed record Refused(string Code, string Message, string? Hint = null);

/// <summary>Something that the client's user should know.</summary>
/// <param name="Code">One of <see cref="ErrorCode"/>.</param>
/// <param name="Message">One line.</param>
public sealed record Notice(string Code, string Message);

/// <summary>Something about the requests for grants that wait on the host.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Document">To send: a request's exact bytes.</param>
/// <param name="Id">To answer: which one.</param>
/// <param name="Grant">To answer: with what.</param>
public sealed record InboxCall(InboxAction Action, byte[]? Document = null, string? Id = null, SignedGrant? Grant = null);

/// <summary>What to do with the inbox.</summary>
public enum InboxAction
{
    /// <summary>See what waits.</summary>
    List,

    /// <summary>Put a request in.</summary>
    Send,

    /// <summary>Answer one with a grant.</summary>
    Answer,
}

/// <summary>The host's answer.</summary>
/// <param name="Letters">What waits, or the one letter that the call was about.</param>
/// <param name="Problem">Why not; null when it was done.</param>
public sealed record InboxReply(InboxLetter[] Letters, Refused? Problem);

/// <summary>A request that waits on the host.</summary>
/// <param name="Id">Names it there.</param>
/// <param name="Document">The request's exact bytes.</param>
/// <param name="Ends">When it is thrown away.</param>
/// <param name="Grant">What answers it; null while nothing does.</param>
public sealed record InboxLetter(string Id, byte[] Document, DateTimeOffset Ends, SignedGrant? Grant);

/// <summary>The head of the session's recording, as it is made.</summary>
/// <param name="Index">The segment's index.</param>
/// <param name="Checkpoint">The checkpoint's exact bytes.</param>
/// <param name="Signature">By the segment's key.</param>
public sealed record RecordingHead(int Index, byte[] Checkpoint, byte[] Signature);

/// <summary>The client's answer to the last head of its session's recording: it has seen all heads, and each follows from the one before.</summary>
/// <param name="Signature">By the session's ephemeral key, over the statement of the session's end: ECDSA with SHA-256, DER.</param>
public sealed record Countersignature(byte[] Signature);

/// <summary>The head of a ledger of the host, as it is made.</summary>
/// <param name="Note">A C2SP tlog-checkpoint, signed.</param>
public sealed record LedgerNote(byte[] Note);

/// <summary>The session is over.</summary>
/// <param name="Code">One of <see cref="ErrorCode"/>.</param>
/// <param name="Message">One line.</param>
public sealed record SessionClosed(string Code, string Message);
