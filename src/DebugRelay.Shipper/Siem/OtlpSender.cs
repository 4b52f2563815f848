using System.Text;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;

namespace DebugRelay.Shipper.Siem;

/// <summary>OTLP logs by OpenTelemetry's exporter: a record an event, the OCSF event as its body. The receiver answers, so nothing counts as sent before it has.</summary>
internal sealed class OtlpSender : IAuditOutput
{
    private readonly OtlpOutput _output;
    private readonly ILoggerFactory _factory;
    private readonly ILogger _logger;
    private readonly Dating _dating = new();
    private readonly AnswerKeeper _answers;
    private readonly BatchLogRecordExportProcessor _batches;

    /// <exception cref="ShipperException">The protocol is none of ours.</exception>
    public OtlpSender(OtlpOutput output)
    {
        _output = output;
        _answers = new AnswerKeeper(new OtlpLogExporter(Options(output)));
        _batches = new BatchLogRecordExportProcessor(_answers, maxQueueSize: Limits.Queue, maxExportBatchSize: Limits.Queue);
        _factory = LoggerFactory.Create(logging => logging.AddOpenTelemetry(options =>
        {
            options.IncludeFormattedMessage = true;
            options.AddProcessor(_dating);
            options.AddProcessor(_batches);
        }));
        _logger = _factory.CreateLogger("debugrelay.audit");
    }

    public string Name => "otlp";

    public async Task SendAsync(IReadOnlyList<AuditEvent> events, CancellationToken cancellation)
    {
        foreach (AuditEvent[] part in events.Chunk(Limits.Queue))
        {
            _answers.Forget();
            foreach (AuditEvent each in part)
                Emit(each);
            // The exporter waits by blocking, for as long as the receiver may take. It gives up before we do: a late answer must not count for the next attempt.
            bool flushed = await Task.Run(() => _batches.ForceFlush((int)(Limits.Send * 2).TotalMilliseconds), cancellation);
            if (!flushed || _answers.Taken != part.Length)
                throw new ShipperException($"otlp {_output.Endpoint}: the receiver did not take the events");
        }
    }

    public ValueTask DisposeAsync()
    {
        _factory.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Emit(AuditEvent each)
    {
        LogLevel level = Level(each);
        var id = new EventId(each.ClassUid);
        var attributes = new Attributes(each);
        _dating.Time = each.Time;
        _logger.Log(level, id, attributes, null, static (state, _) => state.Body);
    }

    private static OtlpExporterOptions Options(OtlpOutput output) => new()
    {
        Endpoint = output.Endpoint,
        Protocol = output.Protocol switch
        {
            "http" => OtlpExportProtocol.HttpProtobuf,
            "grpc" => OtlpExportProtocol.Grpc,
            var other => throw new ShipperException($"otlp: \"{other}\" is no protocol: http or grpc"),
        },
        TimeoutMilliseconds = (int)Limits.Send.TotalMilliseconds,
    };

    private static LogLevel Level(AuditEvent each) => each.Severity switch { >= 5 => LogLevel.Critical, 4 => LogLevel.Error, 3 => LogLevel.Warning, _ => LogLevel.Information };

    /// <summary>The record's attributes and its body.</summary>
    private sealed class Attributes(AuditEvent each) : List<KeyValuePair<string, object?>>(
        [new("ocsf.class_uid", each.ClassUid), new("host.name", each.Host), new("message", each.Message)])
    {
        public string Body { get; } = Encoding.UTF8.GetString(each.Json);
    }

    /// <summary>Dates a record as its event: a log record is dated when it is made.</summary>
    private sealed class Dating : BaseProcessor<LogRecord>
    {
        public DateTimeOffset Time { get; set; }

        public override void OnEnd(LogRecord data) => data.Timestamp = Time.UtcDateTime;
    }

    /// <summary>Counts what the receiver has taken: the processor above keeps a failed export to itself. It must not look into a batch, which can be read but once.</summary>
    private sealed class AnswerKeeper(OtlpLogExporter inner) : BaseExporter<LogRecord>
    {
        private long _taken;

        public long Taken => Interlocked.Read(ref _taken);

        public void Forget() => Interlocked.Exchange(ref _taken, 0);

        public override ExportResult Export(in Batch<LogRecord> batch)
        {
            long count = batch.Count;
            ExportResult result = inner.Export(batch);
            if (result == ExportResult.Success)
                Interlocked.Add(ref _taken, count);
            return result;
        }

        protected override bool OnShutdown(int timeoutMilliseconds) => inner.Shutdown(timeoutMilliseconds);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
