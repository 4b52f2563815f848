using System.Globalization;
using System.Text;
using System.Threading.Channels;
using DebugRelay.Cli.Observing;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.Cli.Commands.Recordings;

/// <summary>The events of one delivered trace, read while they are asked for: recordings may be larger than memory.</summary>
internal sealed class StreamEvents : IDisposable
{
    // Enough that reading stays ahead of showing; few enough to hold.
    private const int Ahead = 4096;
    private const int LongestLine = 600;

    private readonly Channel<ReplayLine> _lines = Channel.CreateBounded<ReplayLine>(Ahead);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;
    private readonly string _prefix;

    /// <param name="open">Opens a nettrace stream.</param>
    /// <param name="number">The operation's number, shown before each event.</param>
    public StreamEvents(Func<Stream> open, ulong number)
    {
        _prefix = $"  #{number} ";
        _reading = Task.Factory.StartNew(() => Read(open), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The next event; null at the end.</summary>
    public ReplayLine? Next { get; private set; }

    public async Task AdvanceAsync(CancellationToken cancellation)
        => Next = await _lines.Reader.WaitToReadAsync(cancellation) && _lines.Reader.TryRead(out ReplayLine? line) ? line : null;

    public void Dispose()
    {
        _stop.Cancel();
        _reading.Wait();
        _stop.Dispose();
    }

    // TraceEvent reads by blocking.
    private void Read(Func<Stream> open)
    {
        try
        {
            using Stream stream = open();
            using var source = new EventPipeEventSource(stream);
            CounterReader.Subscribe(source, reading => Add(reading.Time, $"{reading.Provider} {reading.Title} {Text.Amounts.Value(reading.Value)} {reading.Unit}".TrimEnd()), _ => { });
            source.Dynamic.All += data =>
            {
                if (!IsCounter(data))
                    Add(data.TimeStamp, Describe(data));
            };
            source.Clr.All += data => Add(data.TimeStamp, Describe(data));
            source.Process();
        }
        catch (OperationCanceledException)
        {
            // Nobody wants the rest.
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            _lines.Writer.TryWrite(new ReplayLine(DateTime.MaxValue, $"{_prefix}the rest of the stream cannot be read: {error.Message}"));
        }
        finally
        {
            _lines.Writer.TryComplete();
        }
    }

    private void Add(DateTime time, string text)
        => _lines.Writer.WriteAsync(new ReplayLine(time.ToUniversalTime(), _prefix + text), _stop.Token).AsTask().GetAwaiter().GetResult();

    private static bool IsCounter(TraceEvent data) => data.EventName == "EventCounters" || data.ProviderName == "System.Diagnostics.Metrics";

    private static string Describe(TraceEvent data)
    {
        var text = new StringBuilder($"{data.ProviderName}/{data.EventName}");
        for (int index = 0; index < data.PayloadNames.Length && text.Length < LongestLine; index++)
        {
            if (data.PayloadValue(index) is IConvertible value)
                text.Append(CultureInfo.InvariantCulture, $" {data.PayloadNames[index]}={value}");
        }
        return text.Length > LongestLine ? text.ToString(0, LongestLine) + "…" : text.ToString();
    }
}
