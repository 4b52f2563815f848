using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using DebugRelay.Cli.Text;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands.Recordings;

/// <summary>A recording as lines in their order: its entries, and the events that the engineer saw.</summary>
internal sealed class RecordingReplay : IDisposable
{
    private readonly string _path;
    private readonly List<StreamEvents> _streams = [];

    private readonly X509Certificate2? _reviewer;

    private RecordingReplay(string path, X509Certificate2? reviewer) => (_path, _reviewer) = (path, reviewer);

    /// <param name="path">The session's folder.</param>
    /// <param name="reviewer">Whose key opens what is encrypted; null: that is not shown.</param>
    /// <param name="cancellation">Nobody wants the rest.</param>
    /// <returns>A line whose time is <see cref="DateTime.MaxValue"/> has none of its own.</returns>
    public static async IAsyncEnumerable<ReplayLine> ReadAsync(string path, X509Certificate2? reviewer, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var replay = new RecordingReplay(path, reviewer);
        foreach (RecordingEntry entry in RecordingReader.ReadEntries(path))
        {
            await foreach (ReplayLine line in replay.EventsAsync(entry.Time.UtcDateTime, cancellation))
                yield return line;
            yield return new ReplayLine(entry.Time.UtcDateTime, Describe(entry));
            if (replay.Kept(entry) is { } kept)
                yield return new ReplayLine(entry.Time.UtcDateTime, kept);
            if (replay.OpenStream(entry) is { } stream)
            {
                replay._streams.Add(stream);
                await stream.AdvanceAsync(cancellation);
            }
        }
        await foreach (ReplayLine line in replay.EventsAsync(DateTime.MaxValue, cancellation))
            yield return line;
    }

    public void Dispose() => _streams.ForEach(stream => stream.Dispose());

    /// <summary>The events of all streams up to a time, in their order.</summary>
    private async IAsyncEnumerable<ReplayLine> EventsAsync(DateTime until, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (_streams.Where(stream => stream.Next is not null).MinBy(stream => stream.Next!.Time) is { Next: { } line } next && line.Time <= until)
        {
            yield return line;
            await next.AdvanceAsync(cancellation);
        }
    }

    private StreamEvents? OpenStream(RecordingEntry entry)
    {
        if (entry.Kind != "decision" || Member(entry, "stream") is not { ValueKind: JsonValueKind.String } name || Member(entry, "number") is not { } number || !number.TryGetUInt64(out ulong counted))
            return null;
        string file = Path.Combine(_path, "streams", Path.GetFileName(name.GetString()!));
        if (!file.EndsWith(".nettrace", StringComparison.Ordinal))
            return null;
        if (File.Exists(file))
            return new StreamEvents(() => File.OpenRead(file), counted);
        return _reviewer is { } reviewer && EncryptedStream.List(_path).Contains(Path.GetFileName(file)) ? new StreamEvents(() => EncryptedStream.Open(_path, Path.GetFileName(file), reviewer), counted) : null;
    }

    /// <summary>Why the events of an operation are not shown.</summary>
    private string? Kept(RecordingEntry entry) => Member(entry, "kept")?.ToString() switch
    {
        "hash" => "         its delivery is kept by its hash alone: its events cannot be shown",
        "encrypted" when _reviewer is null => "         its delivery is encrypted to reviewers: give --cert and --key of one",
        _ => null,
    };

    private static string Describe(RecordingEntry entry) => entry.Kind switch
    {
        "open" => $"open     {Words(entry, "identity", "remote", "reason", "incident")}",
        "request" => "request",
        "decision" => $"{(Member(entry, "allowed") is { ValueKind: JsonValueKind.True } ? "allow   " : "DENY    ")} #{Words(entry, "number", "operation", "reason")}",
        "end" => $"end      #{Words(entry, "number")} {Amounts.Bytes(entry.Body.TryGetProperty("end", out JsonElement end) && end.TryGetProperty("bytes", out JsonElement bytes) && bytes.TryGetInt64(out long count) ? count : 0)}",
        "close" => $"close    {Words(entry, "code", "message", "reason")}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{entry.Kind,-8} {entry.Body.GetRawText()}"),
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
