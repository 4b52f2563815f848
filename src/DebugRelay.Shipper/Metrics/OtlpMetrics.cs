using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DebugRelay.Shipper.Metrics;

/// <summary>
/// What a page of metrics says, as OTLP's JSON encoding has it. Not by OpenTelemetry's exporter: it takes single measurements and no histogram that was
/// summed up elsewhere, as the agent's is.
/// </summary>
internal static class OtlpMetrics
{
    private const int Cumulative = 2;

    /// <summary>The gauge that says since when the agent counts, in Unix seconds.</summary>
    private const string Start = "process_start_time_seconds";

    /// <param name="families">What the page says; none where there is no page.</param>
    /// <param name="host">The host's name.</param>
    /// <param name="up">Whether the agent answered: what a scraper would note as `up`.</param>
    /// <param name="now">When it was read.</param>
    /// <returns>The body of an export request, UTF-8.</returns>
    public static byte[] Encode(IReadOnlyList<MetricFamily> families, string host, bool up, DateTimeOffset now)
    {
        string time = Nanoseconds(now);
        string? start = families.FirstOrDefault(f => f.Name == Start) is { Samples: [var since] }
            ? Nanoseconds(DateTimeOffset.UnixEpoch.AddSeconds(since.Value)) : null;
        // Prometheus makes `job` and `instance` of the first two, so the alerts that ship hold for both ways.
        OtlpAttribute[] resource = [Attribute("service.name", "debugrelay"), Attribute("service.instance.id", host), Attribute("host.name", host)];
        var upMetric = new OtlpMetric("up", "Whether the agent answered", Gauge: new OtlpGauge([new OtlpPoint([], null, time, up ? 1 : 0)]));
        OtlpMetric[] metrics = [upMetric, .. families.Select(f => Metric(f, start, time))];
        var request = new OtlpRequest([new OtlpResourceMetrics(new OtlpResource(resource), [new OtlpScopeMetrics(new OtlpScope("debugrelay"), metrics)])]);
        return JsonSerializer.SerializeToUtf8Bytes(request, OtlpJson.Default.OtlpRequest);
    }

    private static OtlpMetric Metric(MetricFamily family, string? start, string time) => family.Type switch
    {
        "counter" => new(family.Name, family.Help, Sum: new OtlpSum(Points(family, start, time), Cumulative, true)),
        "histogram" => new(family.Name, family.Help, Histogram: new OtlpHistogram(Distributions(family, start, time), Cumulative)),
        _ => new(family.Name, family.Help, Gauge: new OtlpGauge(Points(family, null, time))),
    };

    private static OtlpPoint[] Points(MetricFamily family, string? start, string time) => [.. family.Samples.Select(s => new OtlpPoint(Attributes(s), start, time, s.Value))];

    /// <summary>A page counts a value in each bucket that it fits; OTLP in the first alone.</summary>
    private static OtlpDistribution[] Distributions(MetricFamily family, string? start, string time)
    {
        var distributions = new List<OtlpDistribution>();
        foreach (var of in family.Samples.GroupBy(s => string.Join(',', Attributes(s).Select(a => $"{a.Key}={a.Value.StringValue}"))))
        {
            Sample[] buckets = [.. of.Where(s => s.Name == family.Name + "_bucket")];
            Sample? sum = of.FirstOrDefault(s => s.Name == family.Name + "_sum"), count = of.FirstOrDefault(s => s.Name == family.Name + "_count");
            double[] bounds = [.. buckets.Select(Bound)];
            if (sum is null || count is null || bounds is not [.., double.PositiveInfinity])
                throw new ShipperException($"{family.Name}: the agent's histogram is not whole");
            string[] counts = [.. buckets.Select((b, i) => Whole(b.Value - (i > 0 ? buckets[i - 1].Value : 0)))];
            distributions.Add(new OtlpDistribution(Attributes(sum), start, time, Whole(count.Value), sum.Value, counts, bounds[..^1]));
        }
        return [.. distributions];
    }

    private static double Bound(Sample bucket)
    {
        string text = bucket.Labels.FirstOrDefault(l => l.Key == "le").Value;
        return text == "+Inf" ? double.PositiveInfinity
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double bound) ? bound
            : throw new ShipperException($"{bucket.Name}: \"{text}\" is no bound");
    }

    private static OtlpAttribute[] Attributes(Sample sample) => [.. sample.Labels.Where(l => l.Key != "le").Select(l => Attribute(l.Key, l.Value))];

    private static OtlpAttribute Attribute(string key, string value) => new(key, new OtlpValue(value));

    private static string Nanoseconds(DateTimeOffset time) => ((time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick).ToString(CultureInfo.InvariantCulture);

    private static string Whole(double count) => count.ToString("F0", CultureInfo.InvariantCulture);
}

// The messages of opentelemetry/proto/metrics/v1 that are needed, under their names. 64-bit integers are strings in this encoding.
internal sealed record OtlpRequest(OtlpResourceMetrics[] ResourceMetrics);

internal sealed record OtlpResourceMetrics(OtlpResource Resource, OtlpScopeMetrics[] ScopeMetrics);

internal sealed record OtlpResource(OtlpAttribute[] Attributes);

internal sealed record OtlpScopeMetrics(OtlpScope Scope, OtlpMetric[] Metrics);

internal sealed record OtlpScope(string Name);

internal sealed record OtlpMetric(string Name, string Description, OtlpGauge? Gauge = null, OtlpSum? Sum = null, OtlpHistogram? Histogram = null);

internal sealed record OtlpGauge(OtlpPoint[] DataPoints);

internal sealed record OtlpSum(OtlpPoint[] DataPoints, int AggregationTemporality, bool IsMonotonic);

internal sealed record OtlpHistogram(OtlpDistribution[] DataPoints, int AggregationTemporality);

internal sealed record OtlpPoint(OtlpAttribute[] Attributes, string? StartTimeUnixNano, string TimeUnixNano, double AsDouble);

internal sealed record OtlpDistribution(
    OtlpAttribute[] Attributes, string? StartTimeUnixNano, string TimeUnixNano, string Count, double Sum, string[] BucketCounts, double[] ExplicitBounds);

internal sealed record OtlpAttribute(string Key, OtlpValue Value);

internal sealed record OtlpValue(string StringValue);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(OtlpRequest))]
internal sealed partial class OtlpJson : JsonSerializerContext;
