using DebugRelay.NetTrace;
using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Events;
using Xunit;

namespace DebugRelay.Tests.Scrubbing;

/// <summary>Texts of a V6 stream outside events: thread names, labels, key/value lists.</summary>
public class StreamTextTests
{
    [Fact]
    public void Are_searched_like_any_text()
    {
        var scrubber = new TraceScrubber(ScrubProfile.Default);
        Assert.Equal("worker of [email]", scrubber.VisitText(StreamText.ThreadName, "", "worker of alice@example.com"));
        Assert.Equal("[generic-secret]", scrubber.VisitText(StreamText.LabelValue, "password", "hunter2"));
        Assert.Equal("HardwareThreadCount", scrubber.VisitText(StreamText.Key, "", "HardwareThreadCount"));
        Assert.Equal(2, scrubber.Report.Total);
    }

    [Fact]
    public void Pass_unchanged_where_nothing_is_scrubbed()
        => Assert.Equal("alice@example.com", new TraceScrubber(ScrubProfile.None).VisitText(StreamText.ThreadName, "password", "alice@example.com"));
}
