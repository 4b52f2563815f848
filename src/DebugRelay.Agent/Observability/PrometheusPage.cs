using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace DebugRelay.Agent.Observability;

/// <summary>All that was measured so far, as Prometheus reads it (text format 0.0.4).</summary>
/// <remarks>The exporters of OpenTelemetry for this format are no releases yet, and bring more than this needs.</remarks>
internal sealed class PrometheusPage : IDisposable
{
    /// <summary>Bounds of what takes time, in seconds: from a list of processes to a long trace.</summary>
    private static readonly double[] Seconds = [0.05, 0.25, 1, 5, 15, 60, 300, 1800];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(Instrument Instrument, string Labels), Series> _series = new();
    private readonly Lock _looking = new();

    public PrometheusPage(AgentMetrics metrics)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == metrics.Meter || instrument.Meter.Name == "System.Runtime")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The page.</summary>
    public string Write()
    {
        lock (_looking)
        {
            // Gauges are as they are now: what is not there any more is not shown.
            foreach ((Instrument Instrument, string) key in _series.Keys.Where(k => k.Instrument.IsObservable))
                _series.TryRemove(key, out _);
            _listener.RecordObservableInstruments();
            var page = new StringBuilder();
            foreach (var of in _series.GroupBy(s => s.Key.Instrument).OrderBy(g => g.Key.Name, StringComparer.Ordinal))
            {
                string name = NameOf(of.Key);
                page.Append(CultureInfo.InvariantCulture, $"# HELP {name} {of.Key.Description?.Replace('\n', ' ')}\n# TYPE {name} {TypeOf(of.Key)}\n");
                foreach (var (key, series) in of.OrderBy(s => s.Key.Labels, StringComparer.Ordinal))
                    series.Write(page, name, key.Labels);
            }
            return page.ToString();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        => _series.GetOrAdd((instrument, LabelsOf(tags)), key => key.Instrument is Histogram<double> or Histogram<long> ? new Distribution() : key.Instrument.IsObservable ? new Last() : new Sum()).Add(value);

    private static string TypeOf(Instrument instrument) => instrument switch
    {
        Counter<long> or Counter<double> or ObservableCounter<long> or ObservableCounter<double> => "counter",
        Histogram<long> or Histogram<double> => "histogram",
        _ => "gauge",
    };

    private static string NameOf(Instrument instrument)
    {
        string unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return instrument.Name.Replace('.', '_').Replace('-', '_') + unit + (TypeOf(instrument) == "counter" ? "_total" : "");
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new StringBuilder();
        foreach ((string name, object? value) in tags)
        {
            string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            labels.Append(CultureInfo.InvariantCulture, $"{(labels.Length > 0 ? "," : "")}{name.Replace('.', '_')}=\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"");
        }
        return labels.ToString();
    }

    private abstract class Series
    {
        protected Lock Lock { get; } = new();

        public abstract void Add(double value);

        public abstract void Write(StringBuilder page, string name, string labels);

        protected static void Line(StringBuilder page, string name, string labels, double value)
            => page.Append(CultureInfo.InvariantCulture, $"{name}{(labels.Length > 0 ? $"{{{labels}}}" : "")} {value:R}\n");
    }

    private class Sum : Series
    {
        protected double Value { get; set; }

        public override void Add(double value)
        {
            lock (Lock)
                Value += value;
        }

        public override void Write(StringBuilder page, string name, string labels)
        {
            lock (Lock)
                Line(page, name, labels, Value);
        }
    }

    private sealed class Last : Sum
    {
        public override void Add(double value)
        {
            lock (Lock)
                Value = value;
        }
    }

    private sealed class Distribution : Series
    {
        private readonly long[] _counts = new long[Seconds.Length];
        private long _count;
        private double _sum;

        public override void Add(double value)
        {
            lock (Lock)
            {
                for (int i = 0; i < Seconds.Length; i++)
                    _counts[i] += value <= Seconds[i] ? 1 : 0;
                _count++;
                _sum += value;
            }
        }

        public override void Write(StringBuilder page, string name, string labels)
        {
            lock (Lock)
            {
                string more = labels.Length > 0 ? labels + "," : "";
                for (int i = 0; i < Seconds.Length; i++)
                    Line(page, $"{name}_bucket", string.Create(CultureInfo.InvariantCulture, $"{more}le=\"{Seconds[i]}\""), _counts[i]);
                Line(page, $"{name}_bucket", more + "le=\"+Inf\"", _count);
                Line(page, $"{name}_sum", labels, _sum);
                Line(page, $"{name}_count", labels, _count);
            }
        }
    }
}
