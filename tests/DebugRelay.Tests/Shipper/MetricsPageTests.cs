using DebugRelay.Shipper;
using DebugRelay.Shipper.Metrics;
using Xunit;

namespace DebugRelay.Tests.Shipper;

public class MetricsPageTests
{
    [Fact]
    public void Counters_gauges_and_histograms_are_read_with_their_labels()
    {
        IReadOnlyList<MetricFamily> families = MetricsPage.Parse("""
            # HELP a_total Of a kind
            # TYPE a_total counter
            a_total{x="one",y="a \"b\" \\ \n c, d} e"} 3
            a_total 1E-07
            # HELP b 
            # TYPE b gauge
            # HELP c_seconds Time
            # TYPE c_seconds histogram
            c_seconds_bucket{le="0.5"} 1
            c_seconds_bucket{le="+Inf"} 2
            c_seconds_sum 1.5
            c_seconds_count 2

            """);
        Assert.Equal([("a_total", "counter", "Of a kind", 2), ("b", "gauge", "", 0), ("c_seconds", "histogram", "Time", 4)], families.Select(f => (f.Name, f.Type, f.Help, f.Samples.Count)));
        Assert.Equal([new("x", "one"), new("y", "a \"b\" \\ \n c, d} e")], families[0].Samples[0].Labels);
        Assert.Equal(3, families[0].Samples[0].Value);
        Assert.Equal(1e-7, families[0].Samples[1].Value);
    }

    [Theory]
    [InlineData("a 1")]
    [InlineData("# TYPE a summary")]
    [InlineData("# TYPE a gauge\nb 1")]
    [InlineData("# TYPE a gauge\na")]
    [InlineData("# TYPE a gauge\na 1 1700000000")]
    [InlineData("# TYPE a gauge\na{x=\"1\" 1")]
    [InlineData("# TYPE a gauge\na{x=\"1\\t\"} 1")]
    [InlineData("# TYPE a gauge\na{x=\"1")]
    [InlineData("# TYPE a gauge\na{x=\"1\\")]
    [InlineData("# TYPE a gauge\na{=\"1\"} 1")]
    [InlineData("# TYPE a gauge\na{} 1")]
    [InlineData("# TYPE a gauge\n{x=\"1\"} 1")]
    public void What_is_not_known_is_refused(string page) => Assert.Throws<ShipperException>(() => MetricsPage.Parse(page));
}
