using System.Text.Json;
using DebugRelay.Shipper;
using DebugRelay.Shipper.Metrics;
using Xunit;

namespace DebugRelay.Tests.Shipper;

public class OtlpMetricsTests
{
    [Fact]
    public void A_histogram_counts_each_value_once()
    {
        JsonElement histogram = Encode("""
            # TYPE process_start_time_seconds gauge
            process_start_time_seconds 1.5
            # TYPE d histogram
            d_bucket{op="a",le="1"} 2
            d_bucket{op="a",le="5"} 7
            d_bucket{op="a",le="+Inf"} 8
            d_sum{op="a"} 20.5
            d_count{op="a"} 8
            d_bucket{op="b",le="1"} 0
            d_bucket{op="b",le="+Inf"} 1
            d_sum{op="b"} 2
            d_count{op="b"} 1
            """)[2].GetProperty("histogram");
        Assert.Equal(2, histogram.GetProperty("aggregationTemporality").GetInt32());
        JsonElement[] points = [.. histogram.GetProperty("dataPoints").EnumerateArray()];
        Assert.Equal(
            """{"attributes":[{"key":"op","value":{"stringValue":"a"}}],"startTimeUnixNano":"1500000000","timeUnixNano":"2000000000","count":"8","sum":20.5,"bucketCounts":["2","5","1"],"explicitBounds":[1,5]}""",
            points[0].GetRawText());
        Assert.Equal(["0", "1"], points[1].GetProperty("bucketCounts").EnumerateArray().Select(c => c.GetString()));
    }

    [Fact]
    public void What_is_no_number_is_written_as_the_encoding_has_it()
        => Assert.Equal("NaN", Encode("# TYPE g gauge\ng NaN")[1].GetProperty("gauge").GetProperty("dataPoints")[0].GetProperty("asDouble").GetString());

    [Theory]
    [InlineData("# TYPE d histogram\nd_bucket{le=\"1\"} 2\nd_sum 1\nd_count 2")]
    [InlineData("# TYPE d histogram\nd_bucket{le=\"+Inf\"} 2\nd_count 2")]
    [InlineData("# TYPE d histogram\nd_bucket{le=\"x\"} 2\nd_bucket{le=\"+Inf\"} 2\nd_sum 1\nd_count 2")]
    public void A_histogram_that_is_not_whole_is_refused(string page) => Assert.Throws<ShipperException>(() => Encode(page));

    private static JsonElement[] Encode(string page) =>
    [
        .. JsonDocument.Parse(OtlpMetrics.Encode(MetricsPage.Parse(page), "pay-07", up: true, DateTimeOffset.UnixEpoch.AddSeconds(2))).RootElement
            .GetProperty("resourceMetrics")[0].GetProperty("scopeMetrics")[0].GetProperty("metrics").EnumerateArray(),
    ];
}
