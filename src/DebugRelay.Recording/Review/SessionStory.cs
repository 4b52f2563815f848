using System.Text.Json;

namespace DebugRelay.Recording;

/// <summary>Reads a recording as a story: who, why, what was asked, decided and delivered. Entries of kinds that it does not know it passes over.</summary>
public static class SessionStory
{
    /// <summary>Reads a session's folder. Nothing is verified.</summary>
    /// <param name="path">The session's folder.</param>
    /// <returns>The session.</returns>
    /// <exception cref="RecordingException">There is no such folder, or it holds no entries.</exception>
    public static RecordedSession Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
            throw new RecordingException(RecordingError.Unreadable, $"There is no folder {path}.");
        var reading = new Reading();
        foreach (var entry in RecordingReader.ReadEntries(path))
            reading.Take(entry);
        return reading.Finish(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))));
    }

    /// <summary>One pass over the entries.</summary>
    private sealed class Reading
    {
        private readonly List<RecordedOperation> _operations = [];
        private RecordedSession _session = new() { Session = "" };
        private long _entries;
        private long _unsealed;

        public void Take(RecordingEntry entry)
        {
            _entries++;
            if (!entry.IsSealed)
                _unsealed++;
            _session = _session with { Opened = _session.Opened ?? entry.Time, LastSeen = entry.Time };
            switch (entry.Kind)
            {
                case "open":
                    TakeOpen(entry.Body);
                    break;
                case "request":
                    _operations.Add(RequestFields.Read(entry));
                    break;
                case "decision":
                    Decide(entry);
                    break;
                case "end":
                    End(entry);
                    break;
                case "close":
                    TakeClose(entry.Body);
                    break;
                default:
                    break;
            }
        }

        public RecordedSession Finish(string session) =>
            _session with { Session = session, Operations = _operations, Entries = _entries, UnsealedEntries = _unsealed };

        private void TakeOpen(JsonElement body) => _session = _session with
        {
            Host = body.TextOf("host"),
            Identity = body.TextOf("identity"),
            Remote = body.TextOf("remote"),
            Roles = body.TextsOf("roles"),
            Client = body.TextOf("client"),
            Reason = SignedText(body, "reason") ?? body.TextOf("reason"),
            Incident = SignedText(body, "incident") ?? body.TextOf("incident"),
            Scrub = body.TextOf("scrub"),
        };

        /// <summary>What the engineer signed is his word; the entry's own copy of it is the agent's.</summary>
        private static string? SignedText(JsonElement body, string name)
        {
            if (body.ObjectOf("proof")?.TextOf("statement") is not { } base64)
                return null;
            var bytes = new byte[base64.Length];
            if (!Convert.TryFromBase64String(base64, bytes, out var length))
                return null;
            try
            {
                using var statement = JsonDocument.Parse(bytes.AsMemory(0, length));
                return statement.RootElement.TextOf(name);
            }
            catch (JsonException)
            {
                return null;
            }
        }

        /// <summary>The agent closes with code and message; the recorder's own last entry repeats the code as its reason.</summary>
        private void TakeClose(JsonElement body) => _session = _session with
        {
            IsClosed = true,
            CloseCode = _session.CloseCode ?? body.TextOf("code") ?? body.TextOf("reason"),
            CloseMessage = _session.CloseMessage ?? body.TextOf("message"),
        };

        /// <summary>A request without a number (its signature does not hold) is the last that nothing was decided on.</summary>
        private void Decide(RecordingEntry entry)
        {
            var number = entry.Body.NumberOf("number");
            var index = number is null ? -1 : _operations.FindIndex(o => o.Number == number && o.Ended is null);
            if (index < 0)
                index = _operations.FindIndex(o => o.Allowed is null && o.Ended is null);
            if (index < 0)
            {
                index = _operations.Count;
                _operations.Add(new RecordedOperation { Asked = entry.Time, Number = number });
            }

            _operations[index] = Decided(_operations[index], entry);
        }

        private static RecordedOperation Decided(RecordedOperation operation, RecordingEntry entry)
        {
            var body = entry.Body;
            var target = body.ObjectOf("target");
            return operation with
            {
                Decided = entry.Time,
                Number = body.NumberOf("number"),
                Operation = body.TextOf("operation") ?? operation.Operation,
                Allowed = body.FlagOf("allowed"),
                By = body.TextOf("by"),
                Code = body.TextOf("code"),
                Rule = body.TextOf("reason"),
                Grant = body.TextOf("grant"),
                BreakGlass = body.FlagOf("breakGlass"),
                Unscrubbed = body.FlagOf("unscrubbed"),
                Stream = body.TextOf("stream"),
                Kept = body.TextOf("kept"),
                Pid = target?.CountOf("pid") is { } pid ? (int)pid : operation.Pid,
                Process = target?.TextOf("name"),
                User = target?.TextOf("user"),
            };
        }

        private void End(RecordingEntry entry)
        {
            var number = entry.Body.NumberOf("number");
            var index = _operations.FindIndex(o => o.Number == number && o.Allowed == true && o.Ended is null);
            if (index < 0 || entry.Body.ObjectOf("end") is not { } end)
                return;
            var events = end.ObjectOf("events");
            _operations[index] = _operations[index] with
            {
                Ended = entry.Time,
                Bytes = end.CountOf("bytes"),
                Sha256 = end.TextOf("sha256"),
                Partial = end.FlagOf("partial"),
                PartialReason = end.TextOf("message") ?? end.TextOf("code"),
                EventsRead = events?.CountOf("read"),
                EventsDelivered = events?.CountOf("delivered"),
                Scrubbed = end.CountsOf("scrubbed"),
            };
        }
    }
}
