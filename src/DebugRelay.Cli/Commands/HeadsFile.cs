using System.Globalization;
using System.Security.Cryptography;
using DebugRelay.Cli.Failures;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands;

/// <summary>
/// Keeps the heads of recordings as the agent sends them: with them, `recording verify` finds out when a recording was written anew, even
/// by who has the host's keys.
/// </summary>
internal sealed class HeadsFile : IDisposable
{
    private const string Extension = ".heads";

    private readonly StreamWriter? _file;
    private readonly string? _ends;

    /// <param name="file">What takes heads; null: nothing is kept.</param>
    /// <param name="path">Its path: signed ends lie beside it.</param>
    private HeadsFile(StreamWriter? file, string? path)
    {
        _file = file;
        _ends = path is null ? null : (path.EndsWith(Extension, StringComparison.Ordinal) ? path[..^Extension.Length] : path) + ".ends";
    }

    /// <summary>Keeps heads where the command says, or as receipts: a file a day in the folder of receipts, which no command needs to name.</summary>
    /// <param name="path">The command's file; null where it names none.</param>
    /// <param name="receipts">The folder of receipts; null where none are kept.</param>
    /// <param name="day">Today.</param>
    /// <param name="warn">Is told when receipts cannot be kept: the work goes on without them.</param>
    /// <exception cref="UsageException">The command's file cannot be written.</exception>
    public static HeadsFile Open(string? path, string? receipts, DateTimeOffset day, Action<string> warn)
    {
        if (path is not null || receipts is null)
            return Open(path);
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(receipts);
            else
                Directory.CreateDirectory(receipts, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            string file = Path.Combine(receipts, $"{day.UtcDateTime:yyyy-MM-dd}{Extension}");
            return new HeadsFile(new StreamWriter(OpenReceipts(file)) { AutoFlush = true }, file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            warn($"no receipts of the recording's heads are kept: {error.Message}");
            return new HeadsFile(null, null);
        }
    }

    // Several commands may run at once. The file is opened to append, so that their lines follow each other.
    private static FileStream OpenReceipts(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <param name="path">The file, which is appended to: sessions follow one another. Null: nothing is kept.</param>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static HeadsFile Open(string? path)
    {
        if (path is null)
            return new HeadsFile(null, null);
        try
        {
            FileStream stream = File.Exists(path) ? new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read) : PrivateFile.Create(path);
            return new HeadsFile(new StreamWriter(stream) { AutoFlush = true }, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be written: {error.Message}", "give another file with --heads", error);
        }
    }

    public void Add(WitnessedHead head)
        => _file?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{head.Session} {head.Index} {head.Sha256}"));

    /// <summary>Keeps the head of a ledger. A note of another form is nothing to witness.</summary>
    public void Add(LedgerNote head)
    {
        if (LedgerHead.Parse(head.Note) is { } parsed)
            Add(parsed.Witness);
    }

    /// <summary>Keeps the end of a recording as we signed it, in a file beside that of the heads: session, segment, head, signature in base64.</summary>
    public void Add(SessionEnd end, byte[] signature)
    {
        if (_ends is null)
            return;
        using var file = new StreamWriter(OpenReceipts(_ends));
        file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{end.Session} {end.Index} {end.Head} {Convert.ToBase64String(signature)}"));
    }

    /// <summary>What a head is known by.</summary>
    public static WitnessedHead Witness(string session, RecordingHead head)
        => new(session, head.Index, Convert.ToHexStringLower(SHA256.HashData(head.Checkpoint)));

    public void Dispose() => _file?.Dispose();
}
