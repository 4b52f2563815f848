using System.Text.Json;

namespace DebugRelay.Recording;

/// <summary>What a recording says happened, in the terms of the ledgers. Entries that a crash left unsealed count: they were on disk first.</summary>
internal sealed class RecordedStory
{
    public long? Number { get; private set; }

    public string? AgentKeySha256 { get; private set; }

    public string? BrokerKeySha256 { get; private set; }

    /// <summary>SHA-256 of each request's signed bytes.</summary>
    public HashSet<string> Requests { get; } = new(StringComparer.Ordinal);

    /// <summary>By the request's number: whether it was allowed.</summary>
    public Dictionary<ulong, bool> Decisions { get; } = [];

    public Dictionary<ulong, LedgerEnd> Ends { get; } = [];

    /// <summary>How many whole entries there are.</summary>
    public long Entries { get; private set; }

    public static RecordedStory Read(string path)
    {
        var story = new RecordedStory();
        for (var index = 0; Disk.IsRegularFile(Path.Combine(path, Names.Segment(index, Names.Entries))); index++)
        {
            foreach (var (line, _) in LedgerReader.ReadLines(Path.Combine(path, Names.Segment(index, Names.Entries))))
            {
                story.Entries++;
                story.Take(line);
            }
        }

        return story;
    }

    /// <summary>A line of another form tells nothing that could agree with a ledger.</summary>
    private void Take(byte[] line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var body = json.RootElement.GetProperty("body"u8);
            switch (json.RootElement.GetProperty("kind"u8).GetString())
            {
                case LedgerKinds.Open:
                    TakeOpen(body.GetProperty("ledgers"u8));
                    break;
                case LedgerKinds.Request:
                    Requests.Add(Digest.Hex(body.GetProperty("request"u8).GetBytesFromBase64()));
                    break;
                case LedgerKinds.Decision when body.TryGetProperty("number"u8, out var number):
                    Decisions[number.GetUInt64()] = body.GetProperty("allowed"u8).GetBoolean();
                    break;
                case LedgerKinds.End:
                    TakeEnd(body.GetProperty("number"u8).GetUInt64(), body.GetProperty("end"u8));
                    break;
                default:
                    break;
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // See above.
        }
    }

    private void TakeOpen(JsonElement ledgers)
    {
        Number = ledgers.GetProperty("number"u8).GetInt64();
        AgentKeySha256 = ledgers.GetProperty("agentKeySha256"u8).GetString();
        BrokerKeySha256 = ledgers.TryGetProperty("brokerKeySha256"u8, out var broker) ? broker.GetString() : null;
    }

    private void TakeEnd(ulong number, JsonElement end) => Ends[number] = new LedgerEnd(
        number, end.GetProperty("bytes"u8).GetInt64(), end.GetProperty("sha256"u8).GetString(), end.GetProperty("partial"u8).GetBoolean(), null);
}
