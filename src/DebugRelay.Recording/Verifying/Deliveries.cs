using System.Text.Json;

namespace DebugRelay.Recording;

/// <summary>Holds what the entries say was delivered against the streams that are sealed.</summary>
/// <param name="streams">How far each stream is verified.</param>
/// <param name="isFinal">Whether the recording has its end.</param>
internal sealed class Deliveries(IReadOnlyDictionary<string, SealedStream> streams, bool isFinal)
{
    private readonly Dictionary<ulong, string> _names = [];

    /// <summary>A request was allowed, and its delivery has this name.</summary>
    public void Expect(ulong number, string stream) => _names[number] = stream;

    /// <summary>Checks an entry of kind <c>end</c>; null where it agrees.</summary>
    /// <exception cref="KeyNotFoundException">It has not its form; other exceptions of reading JSON likewise.</exception>
    public string? Check(JsonElement body)
    {
        var number = body.GetProperty("number"u8).GetUInt64();
        var end = body.GetProperty("end"u8);
        var bytes = end.GetProperty("bytes"u8).GetInt64();
        var sha256 = end.GetProperty("sha256"u8).GetString();
        return _names.TryGetValue(number, out var name) && !Agrees(streams.GetValueOrDefault(name), bytes, sha256)
            ? $"what request {number} delivered is not what stream {name} holds"
            : null;
    }

    /// <summary>
    /// A stream is complete before its end is written, but a checkpoint may come in between: without the next one it is open. Where nothing was
    /// delivered there need be none.
    /// </summary>
    private bool Agrees(SealedStream? stream, long bytes, string? sha256) => stream is { Whole: { } whole }
        ? stream.Bytes == bytes && whole == sha256
        : !isFinal || bytes == 0;
}
