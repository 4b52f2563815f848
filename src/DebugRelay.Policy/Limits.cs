namespace DebugRelay.Policy;

/// <summary>Every size that a document or a peer can push on, with its reason.</summary>
public static class Limits
{
    /// <summary>Bytes of policy.json: some ten thousand rules; it is parsed whole, in memory.</summary>
    public const int PolicyBytes = 1024 * 1024;

    /// <summary>Nesting of any document: the deepest one decided upon has 6 levels.</summary>
    public const int JsonDepth = 12;

    /// <summary>Bytes of a session statement: its fields' limits add up to some 9 KiB when each character is escaped.</summary>
    public const int StatementBytes = 12 * 1024;

    /// <summary>Bytes of an operation's request: room for 64 providers with long arguments, read before anything is decided.</summary>
    public const int RequestBytes = 64 * 1024;

    /// <summary>Bytes of a signature: RSA with 8192 bits needs 1024, ECDSA P-384 at most 104.</summary>
    public const int SignatureBytes = 1024;

    /// <summary>Certificates of a peer's chain, its own included: deeper hierarchies are not in use, and each one costs a verification.</summary>
    public const int ChainCertificates = 6;

    /// <summary>Bytes of one certificate in DER: post-quantum keys aside, 2 KiB is usual.</summary>
    public const int CertificateBytes = 16 * 1024;

    /// <summary>Characters of an identity: the longest SPIFFE id that the standard allows.</summary>
    public const int IdentityCharacters = 2048;

    /// <summary>Bytes of a file of revocation lists: about 400,000 entries; it is held in memory.</summary>
    public const int RevocationFileBytes = 16 * 1024 * 1024;

    /// <summary>Bytes of deny.json: some ten thousand entries; a host with more to deny needs another authority.</summary>
    public const int DenyListBytes = 1024 * 1024;

    /// <summary>Bytes of a file of trust anchors: some hundred certificates.</summary>
    public const int AnchorFileBytes = 1024 * 1024;

    /// <summary>Bytes of a detached signature: ten signers with an intermediate each have some 25 KiB.</summary>
    public const int DetachedSignatureBytes = 32 * 1024;

    /// <summary>Signers of a document: the most approvers that a policy may ask for.</summary>
    public const int Signers = 10;

    /// <summary>Certificates that come with a signature: each signer's, and two above it.</summary>
    public const int SignatureCertificates = 3 * Signers;

    /// <summary>Bytes of a grant or of the request for one: its fields' limits add up to some 12 KiB.</summary>
    public const int GrantBytes = 16 * 1024;

    /// <summary>Hosts, processes and operations that one grant may name: one incident's, not a fleet's.</summary>
    public const int GrantScope = 16;

    /// <summary>Operations that one grant may open.</summary>
    public const int GrantUses = 1000;

    /// <summary>The longest grant: every right ends, at the latest in a day.</summary>
    public static readonly TimeSpan Grant = TimeSpan.FromDays(1);

    /// <summary>From one emergency of an identity on a host to its next, unless the role says otherwise: time for a reviewer to look at the first.</summary>
    public static readonly TimeSpan BreakGlassAgain = TimeSpan.FromDays(1);

    /// <summary>Characters of a session's id, which names a folder of recordings.</summary>
    public const int SessionCharacters = 64;

    /// <summary>Characters of a nonce, a host's name (DNS allows 253), and of short words in documents.</summary>
    public const int NameCharacters = 253;

    /// <summary>Characters of a reason or the client's own description: a sentence or two, shown to reviewers.</summary>
    public const int ReasonCharacters = 500;

    /// <summary>Characters of an incident's id: a ticket number, or a short address.</summary>
    public const int IncidentCharacters = 200;

    /// <summary>Characters of a glob in a target pattern: longer than any host, process, user or container name.</summary>
    public const int GlobCharacters = 256;

    /// <summary>Providers of one event-pipe request: dotnet-trace's widest profile names 8; the runtime copies each one.</summary>
    public const int Providers = 64;

    /// <summary>Characters of a provider's name, and of one target's name.</summary>
    public const int ProviderNameCharacters = 256;

    /// <summary>Characters of a provider's arguments (filter data): a list of counters or activity filters.</summary>
    public const int ProviderArgumentsCharacters = 4096;

    /// <summary>Bytes of a scrub profile: it travels to the worker in one frame, in base64.</summary>
    public const int ScrubProfileBytes = 40 * 1024;

    /// <summary>Megabytes of an event pipe's buffer: it lies in the target's memory. dotnet-trace takes 256 unless told.</summary>
    public const int BufferMegabytes = 1024;

    /// <summary>Seconds of one operation: a day, the longest session.</summary>
    public const int OperationSeconds = 24 * 60 * 60;

    /// <summary>The longest session that a policy may set or a statement may ask for: every right ends, at the latest in a day.</summary>
    public static readonly TimeSpan Session = TimeSpan.FromDays(1);

    /// <summary>The largest number of a request: up to here jq and JavaScript read a JSON number exactly.</summary>
    public const ulong RequestNumber = (1UL << 53) - 1;
}
