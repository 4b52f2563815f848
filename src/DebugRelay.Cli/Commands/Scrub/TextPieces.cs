using System.Text;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Commands.Scrub;

/// <summary>
/// Gives a text file in pieces of whole lines. A key in PEM form is never cut: it is one finding, however many lines it has.
/// </summary>
internal sealed class TextPieces(StreamReader reader, int pieceLength = TextPieces.PieceLength, int maxPieceLength = TextPieces.MaxPieceLength)
{
    /// <summary>Characters that are read before a piece is given: the bound on findings is meant for about so many.</summary>
    private const int PieceLength = 64 * 1024;

    /// <summary>A single line or key longer than this is refused: it would have to be cut, and a secret may lie where it is cut.</summary>
    private const int MaxPieceLength = 16 * 1024 * 1024;

    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";

    private readonly StringBuilder _rest = new();
    private readonly char[] _buffer = new char[pieceLength];

    /// <summary>The next piece, or null at the end.</summary>
    /// <exception cref="LocalException">The file is not text, or has a line that is too long.</exception>
    public async Task<string?> NextAsync(CancellationToken cancellation)
    {
        while (await ReadAsync(cancellation))
        {
            string text = _rest.ToString();
            int cut = Cut(text);
            if (cut > 0)
            {
                _rest.Remove(0, cut);
                return text[..cut];
            }
            if (_rest.Length >= maxPieceLength)
                throw new LocalException($"a line or key is longer than {maxPieceLength:N0} characters", "break its lines first");
        }
        string last = _rest.ToString();
        _rest.Clear();
        return last.Length == 0 ? null : last;
    }

    private async Task<bool> ReadAsync(CancellationToken cancellation)
    {
        int read = await reader.ReadBlockAsync(_buffer, cancellation);
        if (_buffer.AsSpan(0, read).Contains('\0'))
            throw new LocalException("the file is neither a trace nor text: it has zeros in it", "give a .nettrace or a text file");
        _rest.Append(_buffer, 0, read);
        return read > 0;
    }

    private static int Cut(string text)
    {
        int lines = text.LastIndexOf('\n') + 1;
        int begin = text.LastIndexOf(Begin, StringComparison.Ordinal);
        int end = begin < 0 ? -1 : text.IndexOf(End, begin, StringComparison.Ordinal);
        bool isOpen = begin >= 0 && (end < 0 || text.IndexOf('\n', end) < 0);
        return isOpen ? Math.Min(lines, text.LastIndexOf('\n', begin) + 1) : lines;
    }
}
