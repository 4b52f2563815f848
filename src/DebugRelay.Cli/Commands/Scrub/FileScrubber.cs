using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using DebugRelay.Cli.Failures;
using DebugRelay.NetTrace;
using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Events;

namespace DebugRelay.Cli.Commands.Scrub;

/// <summary>What came of scrubbing one file.</summary>
/// <param name="Report">The counts by rule.</param>
/// <param name="Fault">Why the result is not whole; null where it is.</param>
internal sealed record ScrubOutcome(ScrubReport Report, string? Fault);

/// <summary>Scrubs one file into another by what it holds.</summary>
internal sealed class FileScrubber(ScrubProfile profile)
{
    private const string Source = "text";

    /// <summary>Scrubs a trace or a text. A dump is for <see cref="DumpScrubber"/>.</summary>
    /// <exception cref="LocalException">The file is of neither kind.</exception>
    public Task<ScrubOutcome> ScrubAsync(FileKind kind, FileStream input, ResultFile output, CancellationToken cancellation)
        => kind == FileKind.Trace ? TraceAsync(input, output, cancellation) : TextAsync(input, output, cancellation);

    /// <summary>What a file holds; it is left at its beginning.</summary>
    public static async Task<FileKind> KindAsync(FileStream input, CancellationToken cancellation)
    {
        byte[] head = new byte[FileKinds.HeadLength];
        int read = await input.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        input.Position = 0;
        return FileKinds.Of(head.AsSpan(0, read));
    }

    private async Task<ScrubOutcome> TraceAsync(FileStream input, ResultFile output, CancellationToken cancellation)
    {
        var pipe = new Pipe();
        Task writing = CopyAsync(pipe.Reader, output, cancellation);
        try
        {
            ScrubResult result = await TraceScrubber.ScrubAsync(PipeReader.Create(input), pipe.Writer, profile, cancellationToken: cancellation);
            await pipe.Writer.CompleteAsync();
            await writing;
            return new ScrubOutcome(result.Report, FaultOf(result.Summary.State));
        }
        catch (Exception error)
        {
            await pipe.Writer.CompleteAsync(error);
            throw;
        }
    }

    private static async Task CopyAsync(PipeReader reader, ResultFile output, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync(cancellation);
                await output.AppendAsync(read.Buffer, cancellation);
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
            }
            await reader.CompleteAsync();
        }
        catch (Exception error)
        {
            await reader.CompleteAsync(error);
            throw;
        }
    }

    private static string? FaultOf(RewriteState state) => state switch
    {
        RewriteState.Complete => null,
        RewriteState.Truncated => "the trace ends before its end: it was cut",
        RewriteState.Malformed => "the trace breaks its format: what follows the fault is left out",
        _ => "the result could not be written",
    };

    private async Task<ScrubOutcome> TextAsync(FileStream input, ResultFile output, CancellationToken cancellation)
    {
        var scrubber = new TextScrubber(profile);
        using var reader = new StreamReader(input, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
        var pieces = new TextPieces(reader);
        try
        {
            while (await pieces.NextAsync(cancellation) is { } piece)
            {
                byte[] scrubbed = Encoding.UTF8.GetBytes(scrubber.Scrub(piece, Source));
                await output.AppendAsync(new ReadOnlySequence<byte>(scrubbed), cancellation);
            }
        }
        catch (DecoderFallbackException error)
        {
            throw new LocalException("the file is neither a trace nor UTF-8 text", "give a .nettrace or a text file", error);
        }
        return new ScrubOutcome(scrubber.Report(), null);
    }
}
