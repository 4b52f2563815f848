using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DebugRelay.Recording;

/// <summary>What a ledger tells of one session.</summary>
internal sealed class LedgerAccount
{
    public LedgerOpen? Open { get; set; }

    public List<LedgerRequest> Requests { get; } = [];

    public Dictionary<ulong, LedgerDecision> Decisions { get; } = [];

    public Dictionary<ulong, LedgerEnd> Ends { get; } = [];

    public LedgerClose? Close { get; set; }

    public LedgerRecovered? Recovered { get; set; }

    public LedgerDeleted? Deleted { get; set; }

    public LedgerCountersigned? Countersigned { get; set; }

    /// <summary>SHA-256 of checkpoints, by the segment's number.</summary>
    public Dictionary<int, string> Sealed { get; } = [];
}

/// <summary>A ledger that was read whole: is it one, is it signed, is it what was witnessed, and what does it tell.</summary>
internal sealed class LedgerBook
{
    private readonly Dictionary<string, LedgerAccount> _accounts = new(StringComparer.Ordinal);
    private readonly MerkleTree _tree = new();
    private readonly LedgerHead? _head;
    private readonly Dictionary<long, string> _witnessed = [];

    /// <exception cref="RecordingException">A file cannot be read.</exception>
    public LedgerBook(string folder, IReadOnlyList<WitnessedHead> heads)
    {
        // The head first: what is appended meanwhile is beyond it.
        _head = LedgerReader.ReadHead(folder);
        var key = Path.Combine(folder, LedgerNames.PublicKey);
        if (_head is null || !Disk.IsRegularFile(key))
        {
            Problem = $"{folder} holds no signed ledger";
            return;
        }

        Role = _head.Role;
        KeySha256 = Digest.Hex(File.ReadAllBytes(key));
        var name = LedgerHead.WitnessName(_head.Host, _head.Role);
        foreach (var head in heads.Where(head => head.Session == name))
        {
            if (_witnessed.TryGetValue(head.Index, out var other) && other != head.Sha256)
                Problem = $"the {Role}'s ledger was witnessed in two versions";
            _witnessed[head.Index] = head.Sha256;
        }

        Problem ??= _head.IsSignedBy(File.ReadAllText(key)) ? Read(folder) : $"the head of the {Role}'s ledger is not signed by its key";
    }

    /// <summary><c>agent</c> or <c>broker</c>.</summary>
    public string Role { get; } = "";

    /// <summary>SHA-256 of <c>ledger.pub</c>.</summary>
    public string KeySha256 { get; } = "";

    /// <summary>Why it cannot be believed; null where it can.</summary>
    public string? Problem { get; private set; }

    public IReadOnlyDictionary<string, LedgerAccount> Accounts => _accounts;

    private string? Read(string folder)
    {
        var previous = "none";
        foreach (var (line, offset) in LedgerReader.ReadLines(Path.Combine(folder, LedgerNames.Entries)))
        {
            if (!LedgerLine.Continues(line, _tree.Size, previous) || LedgerLine.Parse(line.AsMemory(0, line.Length - 1), offset) is not { } entry)
                return $"the {Role}'s ledger is changed at entry {_tree.Size}";
            _tree.Append(line);
            previous = Digest.Hex(line);
            if (CheckRoot() is { } problem)
                return problem;
            if (!TryTake(entry))
                return $"the {Role}'s ledger holds an entry that is none, {entry.Counter}";
        }

        if (_tree.Size < _head!.Size)
            return $"the {Role}'s ledger has {_tree.Size} entries, but its head says {_head.Size}";
        return _witnessed.Keys.Any(size => size > _tree.Size) ? $"the {Role}'s ledger ends before what was witnessed" : null;
    }

    private string? CheckRoot()
    {
        var witnessed = _witnessed.GetValueOrDefault(_tree.Size);
        if (_tree.Size != _head!.Size && witnessed is null)
            return null;
        var root = Convert.ToHexStringLower(_tree.Root());
        if (_tree.Size == _head.Size && root != _head.RootSha256)
            return $"the {Role}'s ledger is not what its head says";
        return witnessed is null || witnessed == root ? null : $"the {Role}'s ledger is not the one that was witnessed";
    }

    private bool TryTake(LedgerEntry entry)
    {
        if (entry.Session is not { } session)
            return true;
        if (!_accounts.TryGetValue(session, out var account))
            _accounts[session] = account = new LedgerAccount();
        try
        {
            Take(account, entry);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Take(LedgerAccount account, LedgerEntry entry)
    {
        switch (entry.Kind)
        {
            case LedgerKinds.Open:
                account.Open = Body(entry, LedgerJson.Default.LedgerOpen);
                break;
            case LedgerKinds.Request:
                account.Requests.Add(Body(entry, LedgerJson.Default.LedgerRequest));
                break;
            case LedgerKinds.Decision when Body(entry, LedgerJson.Default.LedgerDecision) is { Number: { } number } decision:
                account.Decisions[number] = decision;
                break;
            case LedgerKinds.End:
                var end = Body(entry, LedgerJson.Default.LedgerEnd);
                account.Ends[end.Number] = end;
                break;
            case LedgerKinds.Close:
                account.Close = Body(entry, LedgerJson.Default.LedgerClose);
                break;
            case LedgerKinds.Recovered:
                account.Recovered = Body(entry, LedgerJson.Default.LedgerRecovered);
                break;
            case LedgerKinds.Deleted:
                account.Deleted = Body(entry, LedgerJson.Default.LedgerDeleted);
                break;
            case LedgerKinds.Sealed:
                var one = Body(entry, LedgerJson.Default.LedgerSealed);
                account.Sealed[one.Segment] = one.Head;
                break;
            case LedgerKinds.Countersigned:
                account.Countersigned = Body(entry, LedgerJson.Default.LedgerCountersigned);
                break;
            default:
                break;
        }
    }

    private static T Body<T>(LedgerEntry entry, JsonTypeInfo<T> json)
        where T : class => entry.Body.Deserialize(json) ?? throw new JsonException();
}
