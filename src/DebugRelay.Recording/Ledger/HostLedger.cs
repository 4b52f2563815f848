using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DebugRelay.Recording;

/// <summary>
/// The ledger of a host's agent or broker: each session, request, decision and the SHA-256 of what was delivered, append-only and chained, with
/// a signed head at most a second after each change. All members may be called from several tasks.
/// </summary>
public sealed class HostLedger : IAsyncDisposable
{
    private static readonly TimeSpan HeadInterval = TimeSpan.FromMilliseconds(500);

    private readonly string _folder;
    private readonly string _host;
    private readonly string _role;
    private readonly TimeProvider _time;
    private readonly FileStream _lock;
    private readonly LedgerFile _file;
    private readonly ECDsa _key;
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _publishing = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _publisher;
    private long _sessions;
    private LedgerHead? _head;
    private LedgerHead? _handedOn;

    private HostLedger(string folder, string host, string role, TimeProvider time, FileStream only)
    {
        (_folder, _host, _role, _time, _lock) = (folder, host, role, time, only);
        _file = new LedgerFile(folder, Remember);
        _key = LedgerKey.Load(folder, isNew: _file.Size == 0);
        KeySha256 = Digest.Hex(LedgerKey.PublicPem(_key));
        Unclosed = [.. _open];
        _publisher = Task.Run(PublishPeriodicallyAsync);
    }

    /// <summary>Called with the newest head once it is on disk, twice a second at most: each goes to everybody who has a session. It must hand it on and return.</summary>
    public event Action<LedgerHead>? HeadSigned;

    /// <summary>SHA-256 of <c>ledger.pub</c>, in lower-case hex.</summary>
    public string KeySha256 { get; }

    /// <summary>Sessions that were not closed when the ledger was opened: a crash ended them.</summary>
    public IReadOnlyList<string> Unclosed { get; }

    /// <summary>The latest head; null before the first.</summary>
    public LedgerHead? Head => Volatile.Read(ref _head);

    /// <summary>Opens a ledger, or begins one, and states that it was started.</summary>
    /// <param name="state">The host's state folder; the ledger lies in <c>STATE/ROLE/ledger</c>.</param>
    /// <param name="role"><see cref="LedgerNames.Agent"/> or <see cref="LedgerNames.Broker"/>.</param>
    /// <param name="host">The host's name.</param>
    /// <param name="version">The program's version.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The ledger, with its first head on disk.</returns>
    /// <exception cref="RecordingException">The folder cannot be written, another process writes there, or what is there cannot be continued.</exception>
    public static async Task<HostLedger> OpenAsync(string state, string role, string host, string version, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(time);
        if (!LedgerHead.IsRole(role))
            throw new ArgumentException("A ledger is the agent's or the broker's.", nameof(role));
        Names.Require(host, "host");
        var folder = Path.GetFullPath(LedgerNames.Folder(state, role));
        var only = Lock(folder);
        try
        {
            var ledger = new HostLedger(folder, host, role, time, only);
            var start = new LedgerStart(host, role, version, ledger.KeySha256, ledger._file.TornBytes);
            await ledger.AppendAsync(LedgerKinds.Start, null, start, LedgerJson.Default.LedgerStart, durable: true);
            await ledger.PublishAsync();
            return ledger;
        }
        catch (Exception e)
        {
            await only.DisposeAsync();
            if (e is IOException or UnauthorizedAccessException)
                throw new RecordingException(RecordingError.FolderNotWritable, $"The ledger cannot be kept in {folder}: {e.Message}", e);
            throw;
        }
    }

    /// <summary>States that a session opens; on disk on return.</summary>
    /// <param name="session">The session.</param>
    /// <param name="identity">Who.</param>
    /// <param name="remote">Where from, where that is known.</param>
    /// <param name="reason">Why.</param>
    /// <param name="incident">The incident's id.</param>
    /// <returns>The session's number on this host: 1, 2, 3, …</returns>
    /// <exception cref="RecordingException">It cannot be written: there must be no session.</exception>
    public async Task<long> OpenSessionAsync(string session, string identity, string? remote, string? reason, string? incident)
    {
        long number, length;
        lock (_open)
        {
            // Numbers follow the order of the entries.
            number = _sessions + 1;
            length = Append(LedgerKinds.Open, session, new LedgerOpen(number, identity, remote, reason, incident), LedgerJson.Default.LedgerOpen);
            _sessions = number;
        }

        await _file.SyncAsync(length);
        return number;
    }

    /// <summary>States what was asked. It comes to disk with the decision.</summary>
    /// <param name="session">The session.</param>
    /// <param name="request">The request.</param>
    /// <returns>A task that is done when it is written.</returns>
    /// <exception cref="RecordingException">It cannot be written: the request must not be carried out.</exception>
    public Task RequestAsync(string session, LedgerRequest request) =>
        AppendAsync(LedgerKinds.Request, session, request, LedgerJson.Default.LedgerRequest, durable: false);

    /// <summary>States what was decided; on disk on return, with the request before it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="decision">The decision.</param>
    /// <returns>A task that is done when it is on disk.</returns>
    /// <exception cref="RecordingException">It cannot be written: the request must not be carried out.</exception>
    public Task DecisionAsync(string session, LedgerDecision decision) =>
        AppendAsync(LedgerKinds.Decision, session, decision, LedgerJson.Default.LedgerDecision, durable: true);

    /// <summary>States what an operation delivered.</summary>
    /// <param name="session">The session.</param>
    /// <param name="end">What it delivered.</param>
    /// <returns>A task that is done when it is written.</returns>
    /// <exception cref="RecordingException">It cannot be written.</exception>
    public Task EndAsync(string session, LedgerEnd end) => AppendAsync(LedgerKinds.End, session, end, LedgerJson.Default.LedgerEnd, durable: false);

    /// <summary>States that a session is over; on disk on return.</summary>
    /// <param name="session">The session.</param>
    /// <param name="close">How it ended.</param>
    /// <returns>A task that is done when it is on disk.</returns>
    /// <exception cref="RecordingException">It cannot be written.</exception>
    public Task CloseSessionAsync(string session, LedgerClose close) =>
        AppendAsync(LedgerKinds.Close, session, close, LedgerJson.Default.LedgerClose, durable: true);

    /// <summary>States that a segment is sealed, so that its head leaves the host with the ledger's next one.</summary>
    /// <param name="session">The session.</param>
    /// <param name="sealedSegment">The segment and its head.</param>
    /// <exception cref="RecordingException">It cannot be written.</exception>
    public void Sealed(string session, LedgerSealed sealedSegment) => Append(LedgerKinds.Sealed, session, sealedSegment, LedgerJson.Default.LedgerSealed);

    /// <summary>States that the end of a recording is countersigned.</summary>
    /// <param name="session">The session.</param>
    /// <param name="countersigned">What is signed.</param>
    /// <returns>A task that is done when it is written.</returns>
    /// <exception cref="RecordingException">It cannot be written.</exception>
    public Task CountersignedAsync(string session, LedgerCountersigned countersigned) =>
        AppendAsync(LedgerKinds.Countersigned, session, countersigned, LedgerJson.Default.LedgerCountersigned, durable: false);

    /// <summary>States what was found of a session that a crash ended; on disk on return.</summary>
    /// <param name="session">The session.</param>
    /// <param name="recovered">What was found.</param>
    /// <returns>A task that is done when it is on disk.</returns>
    /// <exception cref="RecordingException">It cannot be written.</exception>
    public Task RecoveredAsync(string session, LedgerRecovered recovered) =>
        AppendAsync(LedgerKinds.Recovered, session, recovered, LedgerJson.Default.LedgerRecovered, durable: true);

    /// <summary>States that a recording is deleted; on disk on return, and only then it may be deleted.</summary>
    /// <param name="session">The session.</param>
    /// <param name="deleted">What is deleted, and why.</param>
    /// <returns>A task that is done when it is on disk.</returns>
    /// <exception cref="RecordingException">It cannot be written: the recording must stay.</exception>
    public Task DeletedAsync(string session, LedgerDeleted deleted) =>
        AppendAsync(LedgerKinds.Deleted, session, deleted, LedgerJson.Default.LedgerDeleted, durable: true);

    /// <summary>States that the host has a debug surface that was not there before.</summary>
    /// <param name="surface">What was found.</param>
    /// <returns>A task that is done when it is written.</returns>
    /// <exception cref="RecordingException">It cannot be written.</exception>
    public Task SurfaceAsync(LedgerSurface surface) => AppendAsync(LedgerKinds.Surface, null, surface, LedgerJson.Default.LedgerSurface, durable: false);

    /// <summary>Signs a last head and closes the files.</summary>
    /// <returns>A task that is done when all is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        await _publisher;
        await TryHandOnAsync();
        _file.Dispose();
        _key.Dispose();
        await _lock.DisposeAsync();
    }

    /// <summary>Signs a head where something was appended since the last, without waiting until it is due.</summary>
    /// <returns>A head on disk that covers all that was appended before the call. <see cref="HeadSigned"/> is raised when the next one is due.</returns>
    /// <exception cref="RecordingException">The ledger cannot be written.</exception>
    public async Task<LedgerHead> PublishAsync()
    {
        long appended = _file.Snapshot().Size;
        await _publishing.WaitAsync();
        try
        {
            // One head does for all who waited for the last.
            if (Head is { } last && last.Size >= appended)
                return last;
            var (size, root, length) = _file.Snapshot();
            await _file.SyncAsync(length);
            var head = LedgerHead.Sign(_host, _role, size, root, _key);
            Disk.Replace(Path.Combine(_folder, LedgerNames.Checkpoint), head.Note.Span);
            Volatile.Write(ref _head, head);
            return head;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.WriteFailed, $"The ledger's head cannot be written: {e.Message}", e);
        }
        finally
        {
            _publishing.Release();
        }
    }

    private async Task AppendAsync<T>(string kind, string? session, T body, JsonTypeInfo<T> json, bool durable)
    {
        var length = Append(kind, session, body, json);
        if (durable)
            await _file.SyncAsync(length);
    }

    private long Append<T>(string kind, string? session, T body, JsonTypeInfo<T> json) =>
        _file.Append(_time.GetUtcNow(), kind, session, JsonSerializer.SerializeToUtf8Bytes(body, json));

    /// <summary>Held as long as we live, and let go by the kernel however we end: one writer a ledger.</summary>
    private static FileStream Lock(string folder)
    {
        try
        {
            Disk.MakeFolder(folder);
            return Disk.OpenFile(Path.Combine(folder, LedgerNames.Lock), FileMode.OpenOrCreate, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.FolderNotWritable, $"The ledger cannot be kept in {folder}, or another process keeps it: {e.Message}", e);
        }
    }

    private void Remember(LedgerEntry entry)
    {
        if (entry.Session is not { } session)
            return;
        if (entry.Kind == LedgerKinds.Open)
        {
            _sessions++;
            _open.Add(session);
        }
        else if (entry.Kind is LedgerKinds.Close or LedgerKinds.Recovered)
        {
            _open.Remove(session);
        }
    }

    private async Task PublishPeriodicallyAsync()
    {
        using var timer = new PeriodicTimer(HeadInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
                await TryHandOnAsync();
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    /// <summary>A head that cannot be written now is written later: whoever appends is told of the disk.</summary>
    private async Task TryHandOnAsync()
    {
        try
        {
            var head = await PublishAsync();
            if (head == _handedOn)
                return;
            _handedOn = head;
            HeadSigned?.Invoke(head);
        }
        catch (RecordingException)
        {
            // See above.
        }
    }
}
