using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using DebugRelay.Cli.Commands.Access;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands.Recordings;

/// <summary>`recording replay PATH`: what happened, at its pace: the entries, and the events that the engineer saw.</summary>
internal sealed class ReplayCommand(Terminal terminal, string path, double? speed, TimeProvider time, X509Certificate2? reviewer = null)
{
    private readonly List<StreamEvents> _streams = [];
    private DateTime? _last;

    public static Command Create(CommandContext context)
    {
        Argument<string> path = SessionFolder.Argument();
        var speed = new Option<double>("--speed") { HelpName = "N", Description = "N times as fast as it was", DefaultValueFactory = _ => 1 };
        var fast = new Option<bool>("--fast") { Description = "Without waiting" };
        var reviewer = new ApproverOptions();
        var command = new Command("replay", "Show what happened in a session, at its pace; what is encrypted, with a reviewer's --cert and --key") { path, speed, fast };
        reviewer.AddTo(command);
        command.SetAction(async (parsed, interrupted) =>
        {
            double factor = parsed.GetValue(speed);
            if (factor is not (> 0 and <= 1_000_000))
                throw new UsageException($"{factor} is no speed", "give a number above 0, such as --speed 10");
            string folder = parsed.GetRequiredValue(path);
            SessionFolder.Read(folder);
            using SigningCertificate? key = EncryptedStream.List(folder).Count > 0 ? reviewer.LoadOrNull(parsed, context.Surroundings) : null;
            var replay = new ReplayCommand(context.Terminal, folder, parsed.GetValue(fast) ? null : factor, TimeProvider.System, key?.Certificate);
            await replay.RunAsync(interrupted);
            return ExitCode.Done;
        });
        return command;
    }

    internal async Task RunAsync(CancellationToken interrupted)
    {
        try
        {
            foreach (RecordingEntry entry in RecordingReader.ReadEntries(path))
            {
                await ShowEventsAsync(entry.Time.UtcDateTime, interrupted);
                await ShowAsync(new ReplayLine(entry.Time.UtcDateTime, Describe(entry)), interrupted);
                if (Kept(entry) is { } kept)
                    await ShowAsync(new ReplayLine(entry.Time.UtcDateTime, kept), interrupted);
                if (OpenStream(entry) is { } stream)
                {
                    _streams.Add(stream);
                    await stream.AdvanceAsync(interrupted);
                }
            }
            await ShowEventsAsync(DateTime.MaxValue, interrupted);
        }
        finally
        {
            _streams.ForEach(stream => stream.Dispose());
        }
    }

    /// <summary>The events of all streams up to a time, in their order.</summary>
    private async Task ShowEventsAsync(DateTime until, CancellationToken interrupted)
    {
        while (_streams.Where(stream => stream.Next is not null).MinBy(stream => stream.Next!.Time) is { Next: { } line } next && line.Time <= until)
        {
            await ShowAsync(line, interrupted);
            await next.AdvanceAsync(interrupted);
        }
    }

    private async Task ShowAsync(ReplayLine line, CancellationToken interrupted)
    {
        interrupted.ThrowIfCancellationRequested();
        if (speed is { } factor && _last is { } last && line.Time > last && line.Time < DateTime.MaxValue)
            await Task.Delay((line.Time - last) / factor, time, interrupted);
        if (line.Time < DateTime.MaxValue)
            _last = _last > line.Time ? _last : line.Time;
        terminal.Output.WriteLine(Table.Printable(line.Time < DateTime.MaxValue ? $"{line.Time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} {line.Text}" : $"             {line.Text}"));
    }

    private StreamEvents? OpenStream(RecordingEntry entry)
    {
        if (entry.Kind != "decision" || Member(entry, "stream") is not { ValueKind: JsonValueKind.String } name || Member(entry, "number") is not { } number || !number.TryGetUInt64(out ulong counted))
            return null;
        string stream = Path.GetFileName(name.GetString()!), file = Path.Combine(path, "streams", stream);
        if (!stream.EndsWith(".nettrace", StringComparison.Ordinal))
            return null;
        if (File.Exists(file))
            return new StreamEvents(() => File.OpenRead(file), counted);
        return reviewer is not null && EncryptedStream.List(path).Contains(stream) ? new StreamEvents(() => EncryptedStream.Open(path, stream, reviewer), counted) : null;
    }

    /// <summary>Why the events of an operation are not shown.</summary>
    private string? Kept(RecordingEntry entry) => Member(entry, "kept")?.ToString() switch
    {
        "hash" => "         its delivery is kept by its hash alone: its events cannot be shown",
        "encrypted" when reviewer is null => "         its delivery is encrypted to reviewers: give --cert and --key of one",
        _ => null,
    };

    private static string Describe(RecordingEntry entry) => entry.Kind switch
    {
        "open" => $"open     {Words(entry, "identity", "remote", "reason", "incident")}",
        "request" => "request",
        "decision" => $"{(Member(entry, "allowed") is { ValueKind: JsonValueKind.True } ? "allow   " : "DENY    ")} #{Words(entry, "number", "operation", "reason")}",
        "end" => $"end      #{Words(entry, "number")} {Amounts.Bytes(entry.Body.TryGetProperty("end", out JsonElement end) && end.TryGetProperty("bytes", out JsonElement bytes) && bytes.TryGetInt64(out long count) ? count : 0)}",
        "close" => $"close    {Words(entry, "code", "message", "reason")}",
        _ => $"{entry.Kind,-8} {entry.Body.GetRawText()}",
    };

    private static string Words(RecordingEntry entry, params ReadOnlySpan<string> names)
    {
        var words = new List<string>();
        foreach (string name in names)
        {
            if (Member(entry, name) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } value)
                words.Add(value.ToString());
        }
        return string.Join(", ", words);
    }

    private static JsonElement? Member(RecordingEntry entry, string name) => entry.Body.TryGetProperty(name, out JsonElement value) ? value : null;
}
