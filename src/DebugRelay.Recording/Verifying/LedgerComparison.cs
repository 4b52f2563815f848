namespace DebugRelay.Recording;

/// <summary>Holds one recording against the host's ledgers. A crash between two writes is no contradiction; what a ledger knows and the recording does not, is.</summary>
/// <param name="story">What the recording says.</param>
/// <param name="session">The session.</param>
/// <param name="checkpoints">SHA-256 of its checkpoints.</param>
/// <param name="isFinal">Whether the last one ends it.</param>
/// <param name="countersigned">Whether the engineer's client has signed the end.</param>
internal sealed class LedgerComparison(RecordedStory story, string session, IReadOnlyList<string> checkpoints, bool isFinal, bool countersigned)
{
    public string? Check(LedgerBook book) => book.Problem ?? (book.Role == LedgerNames.Agent ? CheckAgents(book) : CheckBrokers(book));

    private string? CheckAgents(LedgerBook book)
    {
        if (!book.Accounts.TryGetValue(session, out var account) || account.Open is null)
            return "the agent's ledger knows nothing of this session";
        if (story.Entries > 0 && (story.Number != account.Open.Number || story.AgentKeySha256 != book.KeySha256))
            return "the recording names another place in the agent's ledger, or another ledger";
        if (account.Countersigned is not null && !countersigned)
            return $"the end was countersigned, but {Names.Countersignature} is missing";
        return CheckLength(account) ?? CheckSealed(account) ?? CheckRequests(account, "agent") ?? CheckAgentsDecisions(account) ?? CheckAgentsEnds(account);
    }

    /// <summary>How far the recording went when the session was closed, or when a restarted agent found it.</summary>
    private string? CheckLength(LedgerAccount account)
    {
        if (account.Close is { } close)
            return CheckHead(close.Segments ?? 0, close.Head, "when the session was closed");
        if (account.Recovered is not { } recovered)
            return null;
        if (story.Entries < recovered.Entries)
            return $"the recording has {story.Entries} entries, but {recovered.Entries} were found after the crash";
        return CheckHead(recovered.Segments, recovered.Head, "after the crash");
    }

    /// <summary>A checkpoint is on disk before the ledger tells of it: also a crash leaves none out.</summary>
    private string? CheckSealed(LedgerAccount account)
    {
        foreach (var (segment, head) in account.Sealed)
        {
            if (segment >= checkpoints.Count || checkpoints[segment] != head)
                return $"{Names.Segment(segment, Names.Checkpoint)} is missing, or another than the agent's ledger says";
        }

        return null;
    }

    private string? CheckHead(int segments, string? head, string when)
    {
        if (checkpoints.Count != segments)
            return $"the recording has {checkpoints.Count} sealed segments, but had {segments} {when}";
        return segments == 0 || checkpoints[^1] == head ? null : $"the last checkpoint is another than {when}";
    }

    /// <summary>The recording comes first to disk: what a ledger knows of, it must hold.</summary>
    private string? CheckRequests(LedgerAccount account, string role) =>
        account.Requests.All(request => story.Requests.Contains(request.RequestSha256)) ? null : $"the {role}'s ledger has a request that the recording does not hold";

    private string? CheckAgentsDecisions(LedgerAccount account)
    {
        foreach (var (number, decision) in account.Decisions)
        {
            if (!story.Decisions.TryGetValue(number, out var allowed) || allowed != decision.Allowed)
                return $"the recording says other than the agent's ledger of request {number}";
        }

        var missing = story.Decisions.Where(d => d.Value && !account.Decisions.ContainsKey(d.Key)).Select(d => d.Key).Order().ToList();
        return missing.Count > 0 && IsClosed(account) ? $"the agent's ledger knows nothing of request {missing[0]}" : null;
    }

    private string? CheckAgentsEnds(LedgerAccount account)
    {
        foreach (var (number, end) in account.Ends)
        {
            if (!story.Ends.TryGetValue(number, out var recorded) || recorded.Bytes != end.Bytes || recorded.Sha256 != end.Sha256)
                return $"what request {number} delivered is another in the agent's ledger";
        }

        return null;
    }

    private string? CheckBrokers(LedgerBook book)
    {
        var account = book.Accounts.GetValueOrDefault(session);
        if (account?.Open is null)
            return story.Decisions.ContainsValue(true) ? "the broker's ledger knows nothing of this session" : null;
        if (story.BrokerKeySha256 != book.KeySha256)
            return "the recording names another broker's ledger";
        return CheckRequests(account, "broker") ?? CheckBrokersDecisions(account) ?? CheckBrokersEnds(account);
    }

    private string? CheckBrokersDecisions(LedgerAccount account)
    {
        foreach (var (number, allowed) in story.Decisions)
        {
            if (allowed && account.Decisions.GetValueOrDefault(number) is not { Allowed: true })
                return $"the recording says that request {number} was allowed, but the broker's ledger does not";
        }

        // The broker decides first: what the agent did not record then, it did not go on with, unless it lies.
        var unknown = account.Decisions.Where(d => d.Value.Allowed && !story.Decisions.ContainsKey(d.Key)).Select(d => d.Key).Order().ToList();
        return unknown.Count > 0 && isFinal ? $"the recording says nothing of request {unknown[0]}, which the broker allowed" : null;
    }

    private string? CheckBrokersEnds(LedgerAccount account)
    {
        foreach (var (number, recorded) in story.Ends)
        {
            var end = account.Ends.GetValueOrDefault(number);
            // Where the agent cut a delivery, it has a part of what the broker's worker sent; where the broker died, nobody can tell.
            var agrees = recorded.Partial
                ? end?.Bytes is not { } bytes || bytes > recorded.Bytes || (bytes == recorded.Bytes && end.Sha256 == recorded.Sha256)
                : end is not null && end.Bytes == recorded.Bytes && end.Sha256 == recorded.Sha256;
            if (!agrees)
                return $"what request {number} delivered is another in the broker's ledger";
        }

        var missing = account.Ends.Values.Where(end => end.Bytes is not null && !story.Ends.ContainsKey(end.Number)).Select(end => end.Number).Order().ToList();
        return missing.Count > 0 && isFinal ? $"the recording does not say what request {missing[0]} delivered, but the broker's ledger does" : null;
    }

    private static bool IsClosed(LedgerAccount account) => account.Close is not null and not { Code: "recording-failed" };
}
