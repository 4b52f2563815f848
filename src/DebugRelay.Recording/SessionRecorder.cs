using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Recording;

/// <summary>
/// Records one session in <c>RECORDINGS/SESSION/</c>; the format is described in docs/recording-format.md. All members may be called
/// from several tasks. No record, no access: after an error every call throws, and <see cref="Failure"/> tells that the session must end.
/// </summary>
public sealed class SessionRecorder : IAsyncDisposable
{
    private readonly RecordingFolder _folder;
    private readonly RecordingIdentity _identity;
    private readonly RecorderOptions _options;
    private readonly TimeProvider _time;
    private readonly string _chainSha256;

    // The order of taking: _sealing, then _gate; _streams stands alone.
    private readonly SemaphoreSlim _sealing = new(1, 1);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, RecordedStream> _streams = new(StringComparer.Ordinal);
    private readonly HashSet<string> _streamNames = new(StringComparer.Ordinal);

    private readonly TaskCompletionSource _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _failing = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly DiskWatch _watch;
    private readonly Task _timer;
    private RecordingException? _failed;
    private Segment _segment;
    private string _previousSha256 = Checkpoint.NoPrevious;
    private int _sealedSegments;
    private bool _streamsChanged;
    private volatile bool _closed;
    private bool _finished;
    private int _disposed;

    private SessionRecorder(
        RecordingFolder folder, string host, string session, RecordingIdentity identity, TimeProvider time, RecorderOptions options)
    {
        _folder = folder;
        _identity = identity;
        _time = time;
        _options = options;
        Host = host;
        Session = session;
        _watch = new DiskWatch(time, late => Fail(late));
        _chainSha256 = Digest.Hex(identity.ChainPem);
        folder.WriteFile(Names.Chain, identity.ChainPem);
        _segment = new Segment(folder, 0, 0, new SegmentKey());
        folder.Sync();
        _timer = Task.Run(SealPeriodicallyAsync);
    }

    /// <summary>The host's name, as every checkpoint states it.</summary>
    public string Host { get; }

    /// <summary>The session's name, which is its folder's.</summary>
    public string Session { get; }

    /// <summary>The session's folder.</summary>
    public string Folder => _folder.FullPath;

    /// <summary>How many segments are sealed.</summary>
    public int SealedSegments => Volatile.Read(ref _sealedSegments);

    /// <summary>SHA-256 of the last checkpoint in lower-case hex; null where there is none yet.</summary>
    public string? Head => Volatile.Read(ref _previousSha256) is { } head && head != Checkpoint.NoPrevious ? head : null;

    /// <summary>Fails when the recorder can no longer record: the session must end. It never completes otherwise.</summary>
    public Task Failure => _failure.Task;

    /// <summary>Begins a recording.</summary>
    /// <param name="recordingsFolder">The folder of all recordings; it is made if it is missing.</param>
    /// <param name="host">The host: letters, digits, '.', '_' and '-'.</param>
    /// <param name="session">The session, in the same characters; there must be no recording of it.</param>
    /// <param name="identity">The agent's certificate and key.</param>
    /// <param name="time">The clock.</param>
    /// <param name="options">How to record; the defaults where it is null.</param>
    /// <returns>The recorder; its folder is on disk.</returns>
    /// <exception cref="RecordingException">A name is not allowed, the session exists, or the folder cannot be written.</exception>
    public static SessionRecorder Create(
        string recordingsFolder, string host, string session, RecordingIdentity identity, TimeProvider time, RecorderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(recordingsFolder);
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(time);
        Names.Require(host, "host");
        Names.Require(session, "session");
        options ??= new RecorderOptions();
        try
        {
            var folder = RecordingFolder.Create(recordingsFolder, session, options.FolderChanged);
            return new SessionRecorder(folder, host, session, identity, time, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.FolderNotWritable, $"The recording cannot be made in {recordingsFolder}: {e.Message}", e);
        }
    }

    /// <summary>Appends an entry to the current segment.</summary>
    /// <param name="kind">What it tells of, such as <c>request</c>: at most <see cref="Limits.MaxKind"/> letters, digits, '.', '_' and '-'.</param>
    /// <param name="body">One JSON object in UTF-8, at most <see cref="Limits.MaxEntryBody"/> bytes.</param>
    /// <param name="durable">Whether the entry must be on disk (fsync) on return: what is about to be carried out must.</param>
    /// <param name="cancellationToken">Gives up before anything is written, never in between.</param>
    /// <returns>A task that is done when the entry is written.</returns>
    /// <exception cref="ArgumentException">The kind or the body is not as described; nothing was written.</exception>
    /// <exception cref="RecordingException">The recorder has failed or is closed.</exception>
    public async ValueTask AppendAsync(string kind, ReadOnlyMemory<byte> body, bool durable, CancellationToken cancellationToken = default)
    {
        EntryLine.Validate(kind, body.Span);
        await EnterAsync(_gate, cancellationToken);
        try
        {
            ThrowIfUnusable();
            using var work = _watch.Begin();
            AppendEntry(kind, body.Span);
            if (durable)
                _segment.Sync();
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw Fail(e);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Begins the record of a delivery in <c>streams/</c>.</summary>
    /// <param name="name">The file's name, such as <c>0001.nettrace</c>; letters, digits, '.', '_' and '-', and not used before.</param>
    /// <param name="keeping">What is kept of it; its bytes where it is null.</param>
    /// <returns>The empty stream.</returns>
    /// <exception cref="RecordingException">
    /// The name is not allowed or is used, there are <see cref="Limits.MaxStreams"/>, or the recorder has failed or is closed.
    /// </exception>
    public RecordedStream OpenStream(string name, StreamKeeping? keeping = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        Names.Require(name, "stream");
        keeping ??= StreamKeeping.Plain;
        lock (_streams)
        {
            try
            {
                return keeping.Form switch
                {
                    StreamForm.Plain => AddFile(name),
                    StreamForm.Hash => Add(name, OpenSpool),
                    _ => AddEncrypted(name, keeping.Reviewers),
                };
            }
            catch (Exception e) when (IsFailure(e))
            {
                throw Fail(e);
            }
        }
    }

    private RecordedStream AddEncrypted(string name, IReadOnlyList<X509Certificate2> reviewers)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(reviewers.Count, Limits.MaxReviewers);
        var pieces = AddFile(name + Names.EncryptedPieces, isCopy: true);
        var copy = new EncryptedCopy(pieces, AddFile(name + Names.EncryptedKey, isCopy: true), reviewers);
        return Add(name, OpenSpool, copy);
    }

    private RecordedStream AddFile(string name, bool isCopy = false)
    {
        var stream = Add(name, () => _folder.CreateFile($"{Names.Streams}/{name}"), isCopy: isCopy);
        _streamsChanged = true;
        return stream;
    }

    private RecordedStream Add(string name, Func<IStreamContent> open, EncryptedCopy? copy = null, bool isCopy = false)
    {
        ThrowIfUnusable();
        if (_streamNames.Count == Limits.MaxStreams)
            throw new RecordingException(RecordingError.LimitReached, $"A session may have {Limits.MaxStreams} streams.");
        if (!_streamNames.Add(name))
            throw new RecordingException(RecordingError.InvalidName, $"The session has a stream {name} already.");
        var stream = new RecordedStream(this, name, open(), copy) { IsCopy = isCopy };
        _streams.Add(name, stream);
        return stream;
    }

    private Spool OpenSpool() => Spool.Create(
        _options.SpoolFolder ?? throw new InvalidOperationException("there is no folder for streams that are kept by their hash alone"), _options.SpoolBytes);

    /// <summary>Ends the recording: a last entry of kind <c>close</c>, and the final checkpoint. Closing again does nothing.</summary>
    /// <param name="reason">Why the session ended, for the entry.</param>
    /// <returns>A task that is done when the final checkpoint is on disk.</returns>
    /// <exception cref="RecordingException">The recorder has failed: the recording stays without an end.</exception>
    public async ValueTask CloseAsync(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        await _stopping.CancelAsync();
        await _timer;
        await SealAsync(reason);
    }

    /// <summary>Puts the engineer's signature on the end beside the recording, after <see cref="CloseAsync"/>; on disk on return.</summary>
    /// <param name="key">The session's key, which the engineer's certificate vouches for.</param>
    /// <param name="signature">What his client signed: a <see cref="SessionEnd"/>.</param>
    /// <returns>For the ledger; null where the recording has no end, or it is another than what was signed. Nothing is kept then.</returns>
    /// <exception cref="RecordingException">It cannot be written.</exception>
    public LedgerCountersigned? Countersign(ECDsa key, ReadOnlySpan<byte> signature)
    {
        if (!_finished || Head is not { } head || signature.Length > Limits.MaxSmallFile
            || !SessionEnd.IsSignedBy(key, new SessionEnd(Host, Session, SealedSegments - 1, head), signature))
            return null;
        try
        {
            Disk.Replace(Path.Combine(Folder, Names.Countersignature), signature);
            return new LedgerCountersigned(SealedSegments, head, Digest.Hex(signature));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.WriteFailed, $"The end cannot be countersigned: {e.Message}", e);
        }
    }

    /// <summary>Stops recording and erases the key. Without <see cref="CloseAsync"/> before, the recording stays without an end.</summary>
    /// <returns>A task that is done when all files are closed.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        await _timer;
        await _gate.WaitAsync();
        lock (_streams)
        {
            _closed = true;
            ReleaseStreams(_streams.Values.ToList());
        }

        _segment.Dispose();
        _gate.Release();
        _watch.Dispose();
    }

    /// <summary>Seals the current segment and begins the next.</summary>
    internal ValueTask SealAsync() => SealAsync(closeReason: null);

    internal void ThrowIfFailed()
    {
        if (_failed is { } failed)
            throw new RecordingException(failed.Error, failed.Message, failed.InnerException);
    }

    /// <summary>Ends all recording.</summary>
    internal RecordingException Fail(Exception cause)
    {
        var failure = new RecordingException(RecordingError.WriteFailed, $"The session can no longer be recorded: {cause.Message}", cause);
        if (Interlocked.CompareExchange(ref _failed, failure, null) is { } earlier)
            return earlier;
        _failure.TrySetException(failure);
        _ = _failure.Task.Exception;
        _failing.Cancel();
        return failure;
    }

    private static bool IsFailure(Exception e) => e is not RecordingException;

    private void ThrowIfUnusable()
    {
        ThrowIfFailed();
        if (_closed)
            throw new RecordingException(RecordingError.Closed, "The recording is closed.");
    }

    /// <summary>Waits for its turn, and no longer once the recorder has failed: a disk that hangs holds the turn.</summary>
    private async ValueTask EnterAsync(SemaphoreSlim turn, CancellationToken cancellationToken)
    {
        if (turn.Wait(0, CancellationToken.None))
            return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _failing.Token);
        try
        {
            await turn.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (_failed is not null)
        {
            ThrowIfFailed();
            throw;
        }
    }

    /// <summary>Watches a write of a stream.</summary>
    internal DiskWatch.Work Watch() => _watch.Begin();

    private void AppendEntry(string kind, ReadOnlySpan<byte> body) =>
        _segment.Append(EntryLine.Format(_segment.NextEntry, _time.GetUtcNow(), kind, body));

    private async Task SealPeriodicallyAsync()
    {
        using var timer = new PeriodicTimer(_options.SegmentInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
                await SealInTurnAsync();
        }
        catch (OperationCanceledException)
        {
            // Closed or disposed.
        }
        catch (RecordingException)
        {
            // Failure tells.
        }
    }

    private async Task SealInTurnAsync()
    {
        if (_options.SealingTurns is not { } turns)
        {
            await SealAsync();
            return;
        }

        await turns.WaitAsync(_stopping.Token);
        try
        {
            await SealAsync();
        }
        finally
        {
            turns.Release();
        }
    }

    private async ValueTask SealAsync(string? closeReason)
    {
        await EnterAsync(_sealing, CancellationToken.None);
        try
        {
            if (_finished && closeReason is not null)
                return;
            ThrowIfUnusable();
            await SealSegmentAsync(closeReason);
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw Fail(e);
        }
        finally
        {
            _sealing.Release();
        }
    }

    /// <summary>
    /// First what the checkpoint states comes to disk (streams, entries), then the checkpoint, then the next segment: a crash in between
    /// leaves an unsealed segment, never a statement about bytes that are not there.
    /// </summary>
    private async ValueTask SealSegmentAsync(string? closeReason)
    {
        using var work = _watch.Begin();
        var pieces = TakePieces(final: closeReason is not null);
        await EnterAsync(_gate, CancellationToken.None);
        try
        {
            if (closeReason is not null)
                AppendEntry("close", CloseBody(closeReason));
            _segment.Sync();
            var nextKey = closeReason is null ? new SegmentKey() : null;
            WriteCheckpoint(pieces, nextKey);
            _segment.Dispose();
            _finished = nextKey is null;
            if (nextKey is null)
                return;
            _segment = new Segment(_folder, _segment.Index + 1, _segment.NextEntry, nextKey);
            _folder.Sync();
        }
        finally
        {
            _gate.Release();
        }
    }

    private List<StreamPiece> TakePieces(bool final)
    {
        List<RecordedStream> streams;
        bool changed;
        lock (_streams)
        {
            _closed |= final;
            // What a stream is kept in comes after it: taking the one completes the other.
            streams = [.. _streams.Values.OrderBy(stream => stream.IsCopy)];
            changed = _streamsChanged;
            _streamsChanged = false;
        }

        if (changed)
            _folder.SyncStreams();
        var pieces = new List<StreamPiece>();
        var done = new List<RecordedStream>();
        foreach (var stream in streams)
        {
            var piece = stream.TakePiece(final);
            if (piece is not null)
                pieces.Add(piece);
            if (final || piece?.Whole is not null)
                done.Add(stream);
        }

        lock (_streams)
            ReleaseStreams(done);
        return pieces;
    }

    private void ReleaseStreams(List<RecordedStream> done)
    {
        foreach (var stream in done)
        {
            _streams.Remove(stream.Name);
            stream.Release();
        }
    }

    private void WriteCheckpoint(List<StreamPiece> pieces, SegmentKey? nextKey)
    {
        var index = _segment.Index;
        var checkpoint = new Checkpoint(
            Host, Session, index, _time.GetUtcNow().ToUnixTimeMilliseconds(), _segment.FirstEntry, _segment.Count, _segment.Sha256,
            _previousSha256, _chainSha256, nextKey?.PublicSha256 ?? Checkpoint.Final, pieces).Render();
        var signature = _segment.Key.Sign(checkpoint);

        _folder.WriteFile(Names.Segment(index, Names.Key), _segment.Key.PublicPem);
        _folder.WriteFile(Names.Segment(index, Names.KeyCertification), Certify(_segment));
        _folder.WriteFile(Names.Segment(index, Names.Signature), signature);
        _folder.WriteFile(Names.Segment(index, Names.UnfinishedCheckpoint), checkpoint);
        _folder.Sync();
        _folder.Rename(Names.Segment(index, Names.UnfinishedCheckpoint), Names.Segment(index, Names.Checkpoint));
        _folder.Sync();

        Volatile.Write(ref _previousSha256, Digest.Hex(checkpoint));
        Volatile.Write(ref _sealedSegments, index + 1);
        _options.CheckpointSealed?.Invoke(new SealedCheckpoint(Session, index, checkpoint, signature, _previousSha256, nextKey is null)
        {
            IsEmpty = _segment.Count == 0 && pieces.Count == 0,
        });
    }

    private byte[] Certify(Segment segment) =>
        _identity.Sign(SegmentKey.Statement(Host, Session, segment.Index, segment.Key.PublicSha256));

    private static byte[] CloseBody(string reason)
    {
        using var buffer = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("reason"u8, reason);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
