using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Recording;

/// <summary>
/// Reads what was delivered from a recording that keeps it encrypted, with a reviewer's key. It gives what was sealed and nothing else: bytes that were
/// changed are an error, and at the end so are bytes that are not those of which the checkpoints have the hash.
/// </summary>
public sealed class EncryptedStream : Stream
{
    private readonly FileStream _file;
    private readonly AesGcm _aes;
    private readonly IncrementalHash _whole = Digest.Begin();
    private readonly (long Bytes, string? Sha256) _sealed;
    private readonly string _name;
    private readonly byte[] _piece = new byte[EncryptedPiece.Overhead + Limits.EncryptedPiece];
    private readonly byte[] _plain = new byte[Limits.EncryptedPiece];
    private ReadOnlyMemory<byte> _rest;
    private ulong _next;
    private long _read;
    private bool _atEnd;

    private EncryptedStream(FileStream file, byte[] key, string name, (long Bytes, string? Sha256) sealedAs)
    {
        _file = file;
        _aes = new AesGcm(key, EncryptedPiece.TagSize);
        _name = name;
        _sealed = sealedAs;
    }

    /// <summary>The streams of a recording that are kept encrypted.</summary>
    /// <param name="path">The session's folder.</param>
    /// <returns>Their names, without the ending <c>.enc</c>, in ordinal order.</returns>
    public static IReadOnlyList<string> List(string path)
    {
        var folder = new DirectoryInfo(Path.Combine(path, Names.Streams));
        return !folder.Exists ? [] : [.. folder.EnumerateFiles("*" + Names.EncryptedPieces)
            .Select(file => Path.GetFileNameWithoutExtension(file.Name)).Where(name => Names.IsValid(name)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Opens one.</summary>
    /// <param name="path">The session's folder.</param>
    /// <param name="name">The stream's name, such as <c>0001.nettrace</c>.</param>
    /// <param name="reviewer">The certificate of one to whom it is encrypted, with its private key.</param>
    /// <returns>A stream to read once, from beginning to end.</returns>
    /// <exception cref="RecordingException">It cannot be read, or is not encrypted to this certificate.</exception>
    public static EncryptedStream Open(string path, string name, X509Certificate2 reviewer)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Names.Require(name, "stream");
        try
        {
            var file = Path.Combine(path, Names.Streams, name + Names.EncryptedPieces);
            var envelope = Path.Combine(path, Names.Streams, name + Names.EncryptedKey);
            if (!Disk.IsRegularFile(file) || !Disk.IsRegularFile(envelope) || new FileInfo(envelope).Length > Limits.MaxSmallFile)
                throw new RecordingException(RecordingError.Unreadable, $"The recording holds no encrypted stream {name}.");
            var key = KeyEnvelope.Open(File.ReadAllBytes(envelope), reviewer);
            return new EncryptedStream(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0), key, name, Sealed(path, name));
        }
        catch (CryptographicException e)
        {
            throw new RecordingException(RecordingError.CannotDecrypt, $"The stream {name} cannot be decrypted: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"The stream {name} cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => _read - _rest.Length;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>Reads on.</summary>
    /// <param name="buffer">Where to put it.</param>
    /// <returns>The number of bytes; 0 at the end.</returns>
    /// <exception cref="RecordingException">It is not what was sealed.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_rest.IsEmpty && !_atEnd)
            ReadPiece();
        var length = Math.Min(buffer.Length, _rest.Length);
        _rest.Span[..length].CopyTo(buffer);
        _rest = _rest[length..];
        return length;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _aes.Dispose();
            _whole.Dispose();
            CryptographicOperations.ZeroMemory(_plain);
        }

        base.Dispose(disposing);
    }

    private void ReadPiece()
    {
        var head = _file.ReadAtLeast(_piece.AsSpan(0, EncryptedPiece.HeadSize), EncryptedPiece.HeadSize, throwOnEndOfStream: false);
        var length = head == EncryptedPiece.HeadSize ? EncryptedPiece.Length(_piece) : 0;
        var size = length + EncryptedPiece.Overhead;
        // A last piece that is cut short is what a crash leaves. Where all was sealed, the count below tells.
        if (length == 0 || _file.ReadAtLeast(_piece.AsSpan(EncryptedPiece.HeadSize, size - EncryptedPiece.HeadSize), size - EncryptedPiece.HeadSize, throwOnEndOfStream: false) < size - EncryptedPiece.HeadSize)
        {
            End();
            return;
        }

        try
        {
            EncryptedPiece.Open(_aes, _next++, _piece.AsSpan(0, size), _plain);
        }
        catch (CryptographicException e)
        {
            throw new RecordingException(RecordingError.CannotDecrypt, $"The stream {_name} was changed: a piece does not open.", e);
        }

        _rest = _plain.AsMemory(0, length);
        _whole.AppendData(_rest.Span);
        _read += length;
    }

    private void End()
    {
        _atEnd = true;
        if (_read < _sealed.Bytes || (_sealed.Sha256 is { } sha256 && (_read != _sealed.Bytes || sha256 != _whole.CurrentHex())))
            throw new RecordingException(RecordingError.CannotDecrypt, $"What is encrypted of the stream {_name} is not what was delivered.");
    }

    /// <summary>What the checkpoints say of the stream: its length, and the hash of all of it where it is complete.</summary>
    private static (long Bytes, string? Sha256) Sealed(string path, string name)
    {
        (long Bytes, string? Sha256) known = (0, null);
        foreach (var checkpoint in CheckpointFiles.Read(path))
        {
            foreach (var piece in checkpoint.Streams.Where(piece => piece.IsHashed && piece.Name == name))
                known = (piece.End, piece.Whole);
        }

        return known;
    }
}
