using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace DebugRelay.Recording;

/// <summary>
/// The bytes delivered by one operation, in <c>streams/</c>, or there by their hash alone. It is written once, by one or several tasks, and can be read
/// meanwhile: a slow client is fed from here, so the recording is the spool as well. Dispose it when nothing more will be read.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "It records what the wire and the documentation call a stream.")]
public sealed class RecordedStream : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SessionRecorder _recorder;
    private readonly IStreamContent _content;
    private readonly EncryptedCopy? _copy;
    private readonly IncrementalHash _whole = Digest.Begin();
    private IncrementalHash? _piece;
    private TaskCompletionSource? _more;
    private byte[]? _sha256;
    private long _sealed;
    private bool _declared;
    private bool _frozen;
    private int _owners = 2;
    private int _disposed;

    internal RecordedStream(SessionRecorder recorder, string name, IStreamContent content, EncryptedCopy? copy = null)
    {
        _recorder = recorder;
        _content = content;
        _copy = copy;
        Name = name;
    }

    /// <summary>The file's name in <c>streams/</c>.</summary>
    public string Name { get; }

    /// <summary>Bytes written so far.</summary>
    public long Length => _content.Length;

    /// <summary>Whether all of it can be read at any time; else only the newest, as far back as <see cref="RecorderOptions.SpoolBytes"/>.</summary>
    public bool IsKept => _content is not Spool;

    /// <summary>Whether it is what another stream is kept in.</summary>
    internal bool IsCopy { get; init; }

    /// <summary>Whether <see cref="Complete"/> was called: no byte will be added.</summary>
    public bool IsComplete => Volatile.Read(ref _sha256) is not null;

    /// <summary>Appends delivered bytes. They are in the file on return, and sealed by the next checkpoint.</summary>
    /// <param name="bytes">What was delivered.</param>
    /// <returns>A task that is done when the bytes are in the file.</returns>
    /// <exception cref="RecordingException">The recorder has failed or is closed: nothing may be delivered any more.</exception>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> bytes) => AppendAsync(new ReadOnlySequence<byte>(bytes));

    /// <inheritdoc cref="AppendAsync(ReadOnlyMemory{byte})"/>
    public ValueTask AppendAsync(ReadOnlySequence<byte> bytes)
    {
        lock (_lock)
        {
            ThrowIfEnded();
            using var work = _recorder.Watch();
            foreach (var part in bytes)
                AppendPart(part.Span);
            Announce();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Reads what was written.</summary>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="into">Where to put them.</param>
    /// <returns>The number of bytes read: 0 at the end of what is written.</returns>
    /// <exception cref="RecordingException">The file cannot be read, or the bytes are no longer there (<see cref="RecordingError.Overrun"/>).</exception>
    public int Read(long offset, Span<byte> into)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var available = Length - offset;
        if (available <= 0)
            return 0;
        try
        {
            return _content.Read(offset, into[..(int)Math.Min(into.Length, available)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw _recorder.Fail(e);
        }
    }

    /// <summary>Waits until the stream is longer than what was read, or complete, or will never be longer.</summary>
    /// <param name="beyond">How much was read, in bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that is done when there is more, or when there will be no more.</returns>
    /// <exception cref="RecordingException">The recorder has failed.</exception>
    public Task WaitForMoreAsync(long beyond, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            _recorder.ThrowIfFailed();
            if (Length > beyond || IsComplete || _frozen)
                return Task.CompletedTask;
            _more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return Task.WhenAny(_more.Task, _recorder.Failure).Unwrap().WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends the stream; calling it again gives the same answer.</summary>
    /// <returns>The number of bytes delivered, and their SHA-256.</returns>
    /// <exception cref="RecordingException">The recorder has failed, or was closed before.</exception>
    public (long Bytes, byte[] Sha256) Complete()
    {
        lock (_lock)
        {
            _recorder.ThrowIfFailed();
            if (_frozen && _sha256 is null)
                throw new RecordingException(RecordingError.Closed, $"The recording was closed before the stream {Name} was complete.");
            if (_sha256 is null)
                _copy?.Complete();
            Volatile.Write(ref _sha256, _sha256 ?? _whole.GetCurrentHash());
            Announce();
            return (Length, _sha256);
        }
    }

    /// <summary>Says that nothing more will be read. What was written is sealed all the same.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                Release();
        }
    }

    /// <summary>Keeps the stream readable for one more reader, also after <see cref="Dispose"/>.</summary>
    /// <returns>Dispose it when he has read enough; null when it can no longer be read.</returns>
    public IDisposable? TryShare()
    {
        lock (_lock)
        {
            if (Volatile.Read(ref _owners) <= 0 || Volatile.Read(ref _disposed) != 0)
                return null;
            Interlocked.Increment(ref _owners);
            return new Share(this);
        }
    }

    /// <summary>What was added since the last checkpoint, on disk when this returns; null if nothing changed.</summary>
    /// <param name="final">Whether this is the last checkpoint: no byte may come after it.</param>
    internal StreamPiece? TakePiece(bool final)
    {
        StreamPiece piece;
        lock (_lock)
        {
            if (!IsComplete && !_frozen)
                _copy?.Flush();
            _frozen |= final;
            if (final)
                Announce();
            if (_declared && Length == _sealed && !IsComplete)
                return null;
            piece = new StreamPiece(
                Name, _sealed, Length - _sealed, (_piece ?? _whole).CurrentHex(), _sha256 is null ? null : Convert.ToHexStringLower(_sha256), !IsKept);
            BeginPiece();
        }

        _content.Sync();
        return piece;
    }

    /// <summary>Called once a checkpoint holds the complete stream, or when nothing more will be written.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _owners) > 0)
            return;
        _content.Dispose();
        _copy?.Dispose();
        _whole.Dispose();
        _piece?.Dispose();
    }

    /// <inheritdoc cref="AppendAsync(ReadOnlyMemory{byte})"/>
    internal void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            ThrowIfEnded();
            AppendPart(bytes);
        }
    }

    private void ThrowIfEnded()
    {
        _recorder.ThrowIfFailed();
        if (_frozen || IsComplete)
            throw new RecordingException(RecordingError.Closed, $"The stream {Name} is complete.");
    }

    private void AppendPart(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _content.Append(bytes);
            _copy?.Append(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw _recorder.Fail(e);
        }

        _whole.AppendData(bytes);
        _piece?.AppendData(bytes);
    }

    /// <summary>Until the first checkpoint that has bytes of it the piece is the whole, and is hashed once.</summary>
    private void BeginPiece()
    {
        _declared = true;
        _sealed = Length;
        _piece?.Dispose();
        _piece = Length == 0 ? null : Digest.Begin();
    }

    private void Announce() => Interlocked.Exchange(ref _more, null)?.TrySetResult();

    private sealed class Share(RecordedStream stream) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                stream.Release();
        }
    }
}
