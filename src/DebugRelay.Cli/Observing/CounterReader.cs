using System.Globalization;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.Cli.Observing;

/// <summary>Finds counters' values in a trace: EventCounters of any provider, and instruments of System.Diagnostics.Metrics.</summary>
internal static class CounterReader
{
    private const string Metrics = "System.Diagnostics.Metrics";

    /// <param name="source">The trace.</param>
    /// <param name="onReading">Gets each value.</param>
    /// <param name="onTrouble">Gets what the process says is wrong with what was asked, one line each.</param>
    public static void Subscribe(EventPipeEventSource source, Action<CounterReading> onReading, Action<string> onTrouble)
        => source.Dynamic.All += data =>
        {
            if (data.EventName == "EventCounters")
                Emit(OfEventCounter(data));
            else if (data.ProviderName == Metrics && Trouble(data) is { } trouble)
                onTrouble(trouble);
            else if (data.ProviderName == Metrics)
                OfMeter(data).ToList().ForEach(Emit);

            void Emit(CounterReading? reading)
            {
                if (reading is not null)
                    onReading(reading);
            }
        };

    private static CounterReading? OfEventCounter(TraceEvent data)
    {
        if (data.PayloadValue(0) is not IDictionary<string, object> outer || outer.TryGetValue("Payload", out object? inner) is false
            || inner is not IDictionary<string, object> fields || Text(fields, "Name") is not { Length: > 0 } name)
            return null;
        bool rate = Text(fields, "CounterType") == "Sum";
        double value = Number(fields, rate ? "Increment" : "Mean");
        double interval = Number(fields, "IntervalSec");
        string title = Text(fields, "DisplayName") is { Length: > 0 } display ? display : name;
        double shown = rate && interval > 0 ? value / interval : value;
        return new CounterReading(data.TimeStamp, data.ProviderName, name, title, Text(fields, "DisplayUnits"), Text(fields, "Metadata"), rate, shown);
    }

    // The instruments' events differ in their values' names; a histogram gives one value a quantile.
    private static IEnumerable<CounterReading> OfMeter(TraceEvent data)
    {
        (string? field, bool rate) = data.EventName switch
        {
            "CounterRateValuePublished" => ("rate", true),
            "UpDownCounterRateValuePublished" => ("value", false),
            "GaugeValuePublished" => ("lastValue", false),
            "HistogramValuePublished" => ("quantiles", false),
            _ => (null, false),
        };
        if (field is null)
            return [];
        string values = Text(data, field);
        return field == "quantiles"
            ? values.Split(';').Select(pair => pair.Split('=')).Where(pair => pair.Length == 2).Select(pair => Reading(pair[1], $"p{Percent(pair[0])}"))
            : [Reading(values, "")];

        CounterReading Reading(string value, string quantile)
        {
            string tags = string.Join(',', new[] { Text(data, "tags"), quantile }.Where(tag => tag.Length > 0));
            string name = Text(data, "instrumentName");
            return new CounterReading(data.TimeStamp, Text(data, "meterName"), name, name, Text(data, "unit"), tags, rate, Parse(value));
        }
    }

    private static string? Trouble(TraceEvent data) => data.EventName switch
    {
        "TimeSeriesLimitReached" => "the process has more time series than may be watched: some are missing",
        "HistogramLimitReached" => "the process has more histograms than may be watched: some are missing",
        "MultipleSessionsNotSupportedError" or "MultipleSessionsConfiguredIncorrectlyError"
            => "another tool watches this process's meters with other settings: its meters are not shown",
        "ObservableInstrumentCallbackError" => "an instrument of the process fails when it is read: it is missing",
        _ => null,
    };

    private static string Percent(string quantile) => Amount(Parse(quantile) * 100);

    private static string Amount(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static double Parse(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;

    private static string Text(TraceEvent data, string field)
        => Convert.ToString(data.PayloadByName(field), CultureInfo.InvariantCulture) ?? "";

    private static string Text(IDictionary<string, object> fields, string name)
        => fields.TryGetValue(name, out object? value) ? Convert.ToString(value, CultureInfo.InvariantCulture) ?? "" : "";

    private static double Number(IDictionary<string, object> fields, string name) => fields.TryGetValue(name, out object? value) && value is IConvertible number and not string
        ? number.ToDouble(CultureInfo.InvariantCulture)
        : double.NaN;
}
