namespace DebugRelay.Recording;

/// <summary>What a recording tells, put together for people. It is worth what <see cref="RecordingVerifier"/> says of the recording.</summary>
public sealed record RecordedSession
{
    /// <summary>The session's id: the folder's name.</summary>
    public required string Session { get; init; }

    /// <summary>The host, as it names itself; null where the recording does not get as far.</summary>
    public string? Host { get; init; }

    /// <summary>Who, as the agent proved it.</summary>
    public string? Identity { get; init; }

    /// <summary>The roles in the host's policy that he is a member of.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The address that he came from.</summary>
    public string? Remote { get; init; }

    /// <summary>Name and version of the client.</summary>
    public string? Client { get; init; }

    /// <summary>Why, in his words.</summary>
    public string? Reason { get; init; }

    /// <summary>The incident's id.</summary>
    public string? Incident { get; init; }

    /// <summary>The scrub profile.</summary>
    public string? Scrub { get; init; }

    /// <summary>The first entry's time, by the host's clock.</summary>
    public DateTimeOffset? Opened { get; init; }

    /// <summary>The last entry's time.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Whether the recording has its end.</summary>
    public bool IsClosed { get; init; }

    /// <summary>Why the session ended: a code, and a sentence.</summary>
    public string? CloseCode { get; init; }

    /// <inheritdoc cref="CloseCode"/>
    public string? CloseMessage { get; init; }

    /// <summary>What was asked, in the order of asking.</summary>
    public IReadOnlyList<RecordedOperation> Operations { get; init; } = [];

    /// <summary>How many entries were read.</summary>
    public long Entries { get; init; }

    /// <summary>Those that no checkpoint seals: what a crash left. Nothing vouches for them.</summary>
    public long UnsealedEntries { get; init; }

    /// <summary>The ids of the grants that something was allowed under.</summary>
    public IReadOnlyList<string> Grants => [.. Operations.Select(o => o.Grant).OfType<string>().Distinct()];

    /// <summary>Whether something was allowed by an emergency's rule alone: a reviewer's signature is due.</summary>
    public bool IsBreakGlass => Operations.Any(o => o.BreakGlass);

    /// <summary>Whether something left the host that was not scrubbed.</summary>
    public bool IsUnscrubbed => Operations.Any(o => o.Unscrubbed);

    /// <summary>How many operations were refused.</summary>
    public int Refused => Operations.Count(o => o.Allowed == false);

    /// <summary>Bytes delivered.</summary>
    public long Bytes => Operations.Sum(o => o.Bytes ?? 0);

    /// <summary>Masked values by rule, of all operations: counts, never values.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Scrubbed =>
        [.. Operations.SelectMany(o => o.Scrubbed).GroupBy(s => s.Key, StringComparer.Ordinal)
            .Select(g => KeyValuePair.Create(g.Key, g.Sum(s => s.Value))).OrderByDescending(s => s.Value).ThenBy(s => s.Key, StringComparer.Ordinal)];
}

/// <summary>One thing that was asked, and what became of it.</summary>
public sealed record RecordedOperation
{
    /// <summary>The request's number in its session; null where its signature did not hold.</summary>
    public ulong? Number { get; init; }

    /// <summary>The operation, such as <c>trace</c>; null where the request could not be read.</summary>
    public string? Operation { get; init; }

    /// <summary>When it was asked.</summary>
    public DateTimeOffset Asked { get; init; }

    /// <summary>SHA-256 of the bytes that the engineer signed, in hex.</summary>
    public string? RequestSha256 { get; init; }

    /// <summary>What is collected: providers of events with their keywords and level.</summary>
    public IReadOnlyList<string> Providers { get; init; } = [];

    /// <summary>The process: its id, its name and its user; null where there is none.</summary>
    public int? Pid { get; init; }

    /// <inheritdoc cref="Pid"/>
    public string? Process { get; init; }

    /// <inheritdoc cref="Pid"/>
    public string? User { get; init; }

    /// <summary>When it was decided; null where the recording ends before.</summary>
    public DateTimeOffset? Decided { get; init; }

    /// <summary>Whether it was allowed; null where nothing was decided.</summary>
    public bool? Allowed { get; init; }

    /// <summary>Who decided: <c>agent</c>, <c>broker</c>, or both.</summary>
    public string? By { get; init; }

    /// <summary>The error code of a refusal.</summary>
    public string? Code { get; init; }

    /// <summary>The rule, or what is wrong.</summary>
    public string? Rule { get; init; }

    /// <summary>The id of the grant that it rests on.</summary>
    public string? Grant { get; init; }

    /// <summary>Allowed by an emergency's rule alone.</summary>
    public bool BreakGlass { get; init; }

    /// <summary>Delivered without scrubbing, under a grant that says so.</summary>
    public bool Unscrubbed { get; init; }

    /// <summary>The file in <c>streams/</c> that holds what was delivered.</summary>
    public string? Stream { get; init; }

    /// <summary>What is kept of it: <c>hash</c>, or <c>encrypted</c> to reviewers; null where it is its bytes.</summary>
    public string? Kept { get; init; }

    /// <summary>When it was over; null where the recording ends before.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Bytes delivered.</summary>
    public long? Bytes { get; init; }

    /// <summary>Their SHA-256 in hex.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Whether the result was cut, and by what.</summary>
    public bool Partial { get; init; }

    /// <inheritdoc cref="Partial"/>
    public string? PartialReason { get; init; }

    /// <summary>Events read from the target and delivered; null where the result is no trace.</summary>
    public long? EventsRead { get; init; }

    /// <inheritdoc cref="EventsRead"/>
    public long? EventsDelivered { get; init; }

    /// <summary>Masked values by rule: counts, never values.</summary>
    public IReadOnlyDictionary<string, long> Scrubbed { get; init; } = new Dictionary<string, long>();
}
