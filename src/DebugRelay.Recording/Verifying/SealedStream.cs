using System.Security.Cryptography;

namespace DebugRelay.Recording;

/// <summary>How far a stream is verified. The file is opened anew for each piece, so that many streams need no descriptors.</summary>
internal sealed class SealedStream(string path, string name) : IDisposable
{
    private readonly IncrementalHash _whole = Digest.Begin();

    public long Bytes { get; private set; }

    public bool IsComplete { get; private set; }

    /// <summary>Checks the next piece; null if it is as its checkpoint says.</summary>
    public string? Check(StreamPiece piece, string checkpoint)
    {
        if (IsComplete || piece.Offset != Bytes)
            return $"stream {name} does not continue in {checkpoint}";
        if (!File.Exists(path) || new FileInfo(path).Length < piece.End)
            return $"stream {name} is shorter than {checkpoint} says";
        if (HashPiece(piece) != piece.Sha256 || (piece.Whole is not null && _whole.CurrentHex() != piece.Whole))
            return $"stream {name} is changed";
        Bytes = piece.End;
        IsComplete = piece.Whole is not null;
        return null;
    }

    public void Dispose() => _whole.Dispose();

    private string HashPiece(StreamPiece piece)
    {
        using var hash = Digest.Begin();
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var buffer = new byte[(int)Math.Min(piece.Bytes, 256 * 1024)];
        for (var position = piece.Offset; position < piece.End;)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, piece.End - position)), position);
            if (read == 0)
                break;
            hash.AppendData(buffer, 0, read);
            _whole.AppendData(buffer, 0, read);
            position += read;
        }

        return hash.CurrentHex();
    }
}
