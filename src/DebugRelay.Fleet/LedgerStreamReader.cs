using System.Text.Json;
using DebugRelay.Recording;

namespace DebugRelay.Fleet;

/// <summary>Reads one host's ledgers on from where they were read before.</summary>
internal sealed class LedgerStreamReader(FleetBus bus, string host, WatchedHost before, DateTimeOffset now)
{
    private const int RoleToken = 3, FormToken = 4;

    private readonly WatchedHost _watched = before;
    private readonly List<string> _notes = [];
    private readonly string _subjects = $"{bus.Names.Prefix}.ledger.{FleetNames.Token(host)}.>";

    /// <summary>What cannot be judged.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <exception cref="FleetException">The bus does not answer.</exception>
    public async Task<WatchedHost> ReadAsync(CancellationToken cancellation)
    {
        ulong last = _watched.Sequence;
        while (await bus.ReadNextAsync(bus.Names.LedgerStream, last + 1, _subjects, cancellation).ConfigureAwait(false) is { } message)
        {
            last = message.Sequence;
            string[] tokens = message.Subject.Split('.');
            if (tokens is not [_, _, _, LedgerNames.Agent or LedgerNames.Broker, "lines" or "head"])
                Find(null, FindingKinds.Fork, $"speaks of something else than its ledgers: {message.Subject}");
            else if (tokens[FormToken] == "lines")
                await TakeLinesAsync(tokens[RoleToken], message, cancellation).ConfigureAwait(false);
            else
                TakeHead(tokens[RoleToken], message);
        }
        return _watched with { Sequence = last };
    }

    private FollowedLedger Ledger(string role) => _watched.Ledgers.GetValueOrDefault(role) ?? FollowedLedger.Empty;

    private void Find(string? role, string kind, string what)
    {
        var finding = new FleetFinding(host, role, kind, what);
        if (_watched.Findings.Count < FleetLimits.Findings && !_watched.Findings.Contains(finding))
            _watched.Findings.Add(finding);
    }

    private async Task TakeLinesAsync(string role, StoredMessage message, CancellationToken cancellation)
    {
        Dictionary<long, ReadOnlyMemory<byte>>? stored = null;
        foreach (ReadOnlyMemory<byte> line in Lines(message.Data))
        {
            FollowedLine how = Ledger(role).Take(line, out LedgerEntry? entry, out FollowedLedger next);
            switch (how)
            {
                case FollowedLine.Next:
                    _watched.Ledgers[role] = next;
                    Tell(role, entry!, message.Time);
                    break;
                case FollowedLine.Earlier:
                    // Sent twice, after a crash or by who lost his cursor; or another.
                    stored ??= await ReadStoredAsync(role, message, entry!.Counter, cancellation).ConfigureAwait(false);
                    if (stored.TryGetValue(entry!.Counter, out ReadOnlyMemory<byte> there) && there.Span.SequenceEqual(line.Span))
                        break;
                    Find(role, FindingKinds.Fork, $"says another entry {entry.Counter} at {message.Time:yyyy-MM-dd HH:mm:ss} than before");
                    Follow(role, line, entry);
                    stored = [];
                    break;
                case FollowedLine.Later when Ledger(role).Size == 0 && now - message.Time > FleetStreams.EventsKept - TimeSpan.FromDays(1):
                    _notes.Add($"{host}: the {role}'s entries before {entry!.Counter} are no longer on the bus; heads over them cannot be judged");
                    Follow(role, line, entry);
                    break;
                case FollowedLine.Later:
                    Find(role, FindingKinds.Gap, $"goes on with entry {entry!.Counter} at {message.Time:yyyy-MM-dd HH:mm:ss}, and {Ledger(role).Size} are here");
                    Follow(role, line, entry);
                    break;
                case FollowedLine.Other:
                    Find(role, FindingKinds.Fork, $"says an entry {entry!.Counter} at {message.Time:yyyy-MM-dd HH:mm:ss} that follows another than the one that is here");
                    Follow(role, line, entry);
                    break;
                default:
                    Find(role, FindingKinds.Fork, $"sends a line after {Ledger(role).Size} entries that is none");
                    return;
            }
        }
    }

    /// <summary>Goes on with what it says now, so that the next thing is found too.</summary>
    private void Follow(string role, ReadOnlyMemory<byte> line, LedgerEntry entry)
    {
        FollowedLedger from = entry.Counter == 0 ? FollowedLedger.Empty : FollowedLedger.From(entry.Counter);
        from.Take(line, out _, out FollowedLedger next);
        _watched.Ledgers[role] = next;
        if (role != LedgerNames.Agent)
            return;
        _watched.Sessions = entry.Counter == 0 ? 0 : null;
        _watched.Open.Clear();
        _watched.Unrecovered.Clear();
    }

    private void TakeHead(string role, StoredMessage message)
    {
        if (SentHead.Parse(message.Data) is not { } sent || LedgerHead.Parse(sent.Note) is not { } head || head.Role != role)
            Find(role, FindingKinds.Fork, $"sends a head at {message.Time:yyyy-MM-dd HH:mm:ss} that is none");
        else if (head.Host != host)
            Find(role, FindingKinds.Fork, $"sends a head at {message.Time:yyyy-MM-dd HH:mm:ss} of a ledger of {head.Host}");
        else if (Ledger(role).Problem(head, sent.Key) is { } problem)
            Find(role, FindingKinds.Fork, $"at {message.Time:yyyy-MM-dd HH:mm:ss}: {problem}");
    }

    /// <summary>The lines that the stream has from a place on, before this message: the last that was said of each.</summary>
    private async Task<Dictionary<long, ReadOnlyMemory<byte>>> ReadStoredAsync(string role, StoredMessage until, long from, CancellationToken cancellation)
    {
        var stored = new Dictionary<long, ReadOnlyMemory<byte>>();
        string subject = bus.Names.LedgerLines(host, role);
        ulong last = 0;
        while (await bus.ReadNextAsync(bus.Names.LedgerStream, last + 1, subject, cancellation).ConfigureAwait(false) is { } message && message.Sequence < until.Sequence)
        {
            last = message.Sequence;
            foreach (ReadOnlyMemory<byte> line in Lines(message.Data))
            {
                if (FollowedLedger.Read(line[..^1]) is { } entry && entry.Counter >= from)
                    stored[entry.Counter] = line;
            }
        }
        return stored;
    }

    private void Tell(string role, LedgerEntry entry, DateTimeOffset time)
    {
        try
        {
            if (role == LedgerNames.Agent)
                TellAgents(entry, time);
            else
                TellBrokers(entry, time);
        }
        catch (JsonException)
        {
            Find(role, FindingKinds.Fork, $"has an entry {entry.Counter} that does not have the form of its kind");
        }
    }

    private void TellAgents(LedgerEntry entry, DateTimeOffset time)
    {
        string session = entry.Session ?? "";
        switch (entry.Kind)
        {
            case LedgerKinds.Start:
                foreach (string open in _watched.Open)
                    _watched.Unrecovered[open] = time;
                _watched.Open.Clear();
                break;
            case LedgerKinds.Open:
                long number = entry.Body.Deserialize(LedgerJson.Default.LedgerOpen)!.Number;
                if (_watched.Sessions is { } before && number != before + 1)
                    Find(LedgerNames.Agent, FindingKinds.Session, $"opens session {session} as its number {number}, and {before + 1} is due");
                _watched.Sessions = number;
                _watched.Open.Add(session);
                _watched.Known.Add(session);
                _watched.Missing.Remove(session);
                break;
            case LedgerKinds.Close or LedgerKinds.Recovered:
                _watched.Open.Remove(session);
                _watched.Unrecovered.Remove(session);
                break;
            default:
                break;
        }
    }

    private void TellBrokers(LedgerEntry entry, DateTimeOffset time)
    {
        string session = entry.Session ?? "";
        switch (entry.Kind)
        {
            case LedgerKinds.Decision when entry.Body.Deserialize(LedgerJson.Default.LedgerDecision)!.Allowed && !_watched.Known.Contains(session):
                _watched.Missing.TryAdd(session, time);
                break;
            case LedgerKinds.Close:
                _watched.Known.Remove(session);
                break;
            default:
                break;
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> data)
    {
        while (data.Length > 0)
        {
            int end = data.Span.IndexOf((byte)'\n');
            int length = end < 0 ? data.Length : end + 1;
            yield return data[..length];
            data = data[length..];
        }
    }
}
