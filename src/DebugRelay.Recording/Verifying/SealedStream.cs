using System.Security.Cryptography;

namespace DebugRelay.Recording;

/// <summary>How far a stream is verified. The file is opened anew for each piece, so that many streams need no descriptors.</summary>
/// <param name="path">Where its file lies, or would lie.</param>
/// <param name="name">The stream's name.</param>
/// <param name="isHashed">Whether the recording keeps it by its hash alone.</param>
internal sealed class SealedStream(string path, string name, bool isHashed) : IDisposable
{
    private readonly IncrementalHash _whole = Digest.Begin();

    public long Bytes { get; private set; }

    /// <summary>SHA-256 of the complete stream, in hex; null while it is not complete.</summary>
    public string? Whole { get; private set; }

    public bool IsComplete => Whole is not null;

    /// <summary>Checks the next piece; null if it is as its checkpoint says.</summary>
    public string? Check(StreamPiece piece, string checkpoint)
    {
        if (IsComplete || piece.Offset != Bytes || piece.IsHashed != isHashed)
            return $"stream {name} does not continue in {checkpoint}";
        return (isHashed ? CheckAbsence() : CheckBytes(piece, checkpoint)) ?? Take(piece);
    }

    public void Dispose() => _whole.Dispose();

    private string? CheckAbsence() => Path.Exists(path) ? $"stream {name} is kept by its hash alone, but a file is there" : null;

    private string? CheckBytes(StreamPiece piece, string checkpoint)
    {
        if (!File.Exists(path) || new FileInfo(path).Length < piece.End)
            return $"stream {name} is shorter than {checkpoint} says";
        return HashPiece(piece) != piece.Sha256 || (piece.Whole is not null && _whole.CurrentHex() != piece.Whole) ? $"stream {name} is changed" : null;
    }

    private string? Take(StreamPiece piece)
    {
        Bytes = piece.End;
        Whole = piece.Whole;
        return null;
    }

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
