using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DebugRelay.Recording;

/// <summary>One verification. The order of the checks is that of docs/verify-recording.sh, so that both find the same reason first.</summary>
internal sealed class Verification(string path, X509Certificate2Collection trustAnchors, VerifyOptions options)
{
    private readonly IReadOnlyList<WitnessedHead> _heads = options.Heads;
    private readonly Dictionary<string, SealedStream> _streams = new(StringComparer.Ordinal);
    private readonly List<string> _checkpointSha256 = [];
    private Inventory _inventory = null!;
    private AgentCertificate? _agent;
    private Checkpoint? _first;
    private Checkpoint? _last;
    private long _entries;
    private long _earliest = long.MaxValue;
    private long _latest = long.MinValue;
    private int _witnessed;
    private bool _countersigned;

    public Verdict Run()
    {
        _inventory = Inventory.Read(path);
        try
        {
            var isEmpty = _inventory.Problem is null && _inventory.Sealed == 0;
            var problem = isEmpty ? CheckLedgers() : _inventory.Problem ?? CheckAgent() ?? CheckSegments() ?? CheckAfterEnd() ?? CheckTrust()
                ?? CheckEngineer() ?? CheckHeads() ?? CheckLedgers();
            if (isEmpty && problem is null)
                return Conclude(VerdictStatus.Incomplete, "no segment is sealed");
            if (problem is not null)
                return Conclude(VerdictStatus.Tampered, problem);
            return _last!.IsFinal ? Conclude(VerdictStatus.Ok, "") : Conclude(VerdictStatus.Incomplete, WithoutEnd());
        }
        finally
        {
            _agent?.Dispose();
            foreach (var stream in _streams.Values)
                stream.Dispose();
        }
    }

    private Verdict Conclude(VerdictStatus status, string reason) =>
        new(status, reason, _first?.Session, _first?.Host, _checkpointSha256.Count, _entries, _streams.Count, _witnessed, options.Ledgers?.Roles ?? [])
        {
            Countersigned = _countersigned,
        };

    private string? CheckAgent()
    {
        if (!_inventory.Has(Names.Chain))
            return "agent.crt is missing";
        _agent = ReadSmall(Names.Chain) is { } pem ? AgentCertificate.Parse(pem) : null;
        return _agent is null ? "agent.crt holds no certificate" : null;
    }

    private string? CheckSegments()
    {
        for (var index = 0; index < _inventory.Sealed; index++)
        {
            if (CheckSegment(index) is { } problem)
                return problem;
        }

        return null;
    }

    private string? CheckSegment(int index)
    {
        foreach (var extension in Names.Sealed)
        {
            if (!_inventory.Has(Names.Segment(index, extension)))
                return $"{Names.Segment(index, extension)} is missing";
        }

        var name = Names.Segment(index, Names.Checkpoint);
        var bytes = Read(name, Limits.MaxCheckpoint);
        if (bytes is null || Checkpoint.Parse(bytes) is not { } checkpoint)
            return $"{name} is malformed";
        _first ??= checkpoint;
        var problem = CheckPlace(checkpoint, index, name) ?? CheckSignatures(checkpoint, bytes, name)
            ?? CheckSequence(checkpoint, name) ?? CheckEntries(checkpoint, name) ?? CheckStreams(checkpoint, name);
        if (problem is not null)
            return problem;

        _last = checkpoint;
        _checkpointSha256.Add(Digest.Hex(bytes));
        _entries += checkpoint.EntryCount;
        _earliest = Math.Min(_earliest, checkpoint.TimeMilliseconds / 1000);
        _latest = Math.Max(_latest, checkpoint.TimeMilliseconds / 1000);
        return null;
    }

    private string? CheckPlace(Checkpoint checkpoint, int index, string name)
    {
        if (checkpoint.Index != index || checkpoint.Session != _first!.Session || checkpoint.Host != _first.Host)
            return $"{name} belongs elsewhere";
        return checkpoint.ChainSha256 == _agent!.Sha256 ? null : $"agent.crt is not the one that {name} names";
    }

    private string? CheckSignatures(Checkpoint checkpoint, byte[] bytes, string name)
    {
        var keyName = Names.Segment(checkpoint.Index, Names.Key);
        var key = ReadSmall(keyName) ?? [];
        var keySha256 = Digest.Hex(key);
        if (_last is not null && !_last.IsFinal && keySha256 != _last.NextKeySha256)
            return $"{keyName} is not the key that the checkpoint before names";
        var statement = SegmentKey.Statement(checkpoint.Host, checkpoint.Session, checkpoint.Index, keySha256);
        if (!_agent!.HasSigned(statement, ReadSmall(Names.Segment(checkpoint.Index, Names.KeyCertification)) ?? []))
            return $"{keyName} is not certified by the agent";
        return HasSigned(key, bytes, ReadSmall(Names.Segment(checkpoint.Index, Names.Signature)) ?? []) ? null : $"{name} is not signed by its key";
    }

    private static bool HasSigned(byte[] keyPem, byte[] bytes, byte[] signature)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(Encoding.Latin1.GetString(keyPem));
            return key.VerifyData(bytes, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private string? CheckSequence(Checkpoint checkpoint, string name)
    {
        if (_last is { IsFinal: true })
            return $"{name} comes after the final one";
        var previous = _last is null ? Checkpoint.NoPrevious : _checkpointSha256[^1];
        return checkpoint.PreviousSha256 == previous ? null : $"{name} does not follow the checkpoint before";
    }

    private string? CheckEntries(Checkpoint checkpoint, string name)
    {
        if (checkpoint.FirstEntry != _entries)
            return $"{name} does not continue the entries";
        var entriesName = Names.Segment(checkpoint.Index, Names.Entries);
        var (sha256, counted) = SegmentEntries.Read(Path.Combine(path, entriesName), checkpoint.FirstEntry, checkpoint.EntryCount);
        if (sha256 != checkpoint.EntriesSha256)
            return $"{entriesName} is changed";
        return counted ? null : $"{entriesName} does not hold the entries that {name} names";
    }

    private string? CheckStreams(Checkpoint checkpoint, string name)
    {
        foreach (var piece in checkpoint.Streams)
        {
            if (!_streams.TryGetValue(piece.Name, out var stream))
                _streams[piece.Name] = stream = new SealedStream(Path.Combine(path, Names.Streams, piece.Name), piece.Name, piece.IsHashed);
            if (stream.Check(piece, name) is { } problem)
                return problem;
        }

        return null;
    }

    /// <summary>After the final checkpoint, and in a complete stream, nothing can come; before, it is what a crash left unsealed.</summary>
    private string? CheckAfterEnd()
    {
        var isFinal = _last!.IsFinal;
        if (isFinal && _inventory.Unsealed is { } unsealed)
            return $"{unsealed} comes after the final checkpoint";
        foreach (var name in _inventory.Streams)
        {
            if (!_streams.TryGetValue(name, out var stream))
            {
                if (isFinal)
                    return $"stream {name} is in no checkpoint";
            }
            else if ((isFinal || stream.IsComplete) && new FileInfo(Path.Combine(path, Names.Streams, name)).Length > stream.Bytes)
            {
                return $"stream {name} is longer than its checkpoints say";
            }
        }

        return null;
    }

    /// <summary>Recordings outlive certificates, so the chain is judged at the checkpoints' times: at both ends, for validity is an interval.</summary>
    private string? CheckTrust()
    {
        if (!_agent!.IsForServer())
            return "agent.crt is not a server's certificate that may sign";
        if (!_agent.Names(_first!.Host))
            return $"agent.crt does not name the host {_first.Host}";
        return _agent.IsTrustedAt(_earliest, trustAnchors) && _agent.IsTrustedAt(_latest, trustAnchors)
            ? null
            : "agent.crt was not trusted when the checkpoints were made";
    }

    private string? CheckEngineer()
    {
        using var signatures = new EngineerSignatures(path, _first!, trustAnchors, new Deliveries(_streams, _last!.IsFinal));
        if (signatures.Check(_inventory.Sealed) is { } problem)
            return problem;
        if (!_inventory.Has(Names.Countersignature))
            return null;
        if (!_last.IsFinal)
            return $"{Names.Countersignature} is there, but no final checkpoint";
        _countersigned = signatures.HasCountersigned(_last, _checkpointSha256[^1], ReadSmall(Names.Countersignature) ?? []);
        return _countersigned ? null : $"{Names.Countersignature} is not the engineer's";
    }

    private string? CheckHeads()
    {
        foreach (var head in _heads.Where(head => head.Session == _first!.Session))
        {
            if (head.Index < _checkpointSha256.Count)
            {
                if (_checkpointSha256[head.Index] != head.Sha256)
                    return $"{Names.Segment(head.Index, Names.Checkpoint)} is not the one that was witnessed";
                _witnessed++;
            }
            else if (_last!.IsFinal)
            {
                return $"{Names.Segment(head.Index, Names.Checkpoint)} was witnessed, but the recording ends before it";
            }
        }

        return null;
    }

    private string? CheckLedgers()
    {
        if (options.Ledgers is not { } ledgers)
            return null;
        var session = _first?.Session ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        var comparison = new LedgerComparison(RecordedStory.Read(path), session, _checkpointSha256, _last is { IsFinal: true }, _countersigned);
        return ledgers.Books.Select(comparison.Check).FirstOrDefault(problem => problem is not null);
    }

    private string WithoutEnd()
    {
        var beyond = _heads.Where(head => head.Session == _first!.Session).Select(head => head.Index).DefaultIfEmpty(-1).Max();
        var text = $"no final checkpoint after segment {Names.Number(_last!.Index)}";
        return beyond > _last.Index ? $"{text}, though {Names.Segment(beyond, Names.Checkpoint)} was witnessed" : text;
    }

    private byte[]? ReadSmall(string name) => Read(name, Limits.MaxSmallFile);

    /// <summary>Null if the file is longer than it can honestly be.</summary>
    private byte[]? Read(string name, int limit)
    {
        using var file = File.OpenHandle(Path.Combine(path, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var length = RandomAccess.GetLength(file);
        if (length > limit)
            return null;
        var bytes = new byte[length];
        var read = RandomAccess.Read(file, bytes, 0);
        return bytes[..read];
    }
}
