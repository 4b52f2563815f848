using DebugRelay.NetTrace;
using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Events;
using Xunit;

namespace DebugRelay.Tests.Scrubbing;

/// <summary>Names of providers, events and fields: readers go by them, and a name that was made at run time may hold anything.</summary>
public class MetadataNamesTests
{
    [Theory]
    [InlineData("Login alice@example.com", "Login [email]")]
    [InlineData("Login password=hunter2hunter2", "Login password=[generic-secret]")]
    [InlineData("Card 4111-1111-1111-1111", "Card [creditcard]")]
    [InlineData("https://user:pa55word@host/path", "https://[url-credentials]host/path")]
    public void What_was_made_at_run_time_is_searched_like_any_text(string name, string masked)
    {
        var scrubber = new TraceScrubber(ScrubProfile.Default);
        var answer = scrubber.VisitText(StreamText.EventName, "Provider", name);
        Assert.Equal(1, scrubber.Report.Total);
        Assert.DoesNotContain("alice", answer, StringComparison.Ordinal);
        Assert.Equal(masked.Replace("@", "", StringComparison.Ordinal), answer.Replace("@", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Microsoft-Windows-DotNETRuntime")]
    [InlineData("PasswordChanged")]
    [InlineData("ConnectionString")]
    [InlineData("Microsoft.AspNetCore.Hosting.HttpRequestIn/Start")]
    [InlineData("Dictionary`2[System.String, Shop.Secret`1[System.Int32]]")]
    [InlineData("access_token")]
    [InlineData("<Main>$")]
    public void What_has_the_form_of_a_name_passes(string name)
    {
        var scrubber = new TraceScrubber(ScrubProfile.Default);
        foreach (var place in new[] { StreamText.ProviderName, StreamText.EventName, StreamText.FieldName })
            Assert.Equal(name, scrubber.VisitText(place, "password", name));
        Assert.Equal(0, scrubber.Report.Total);
    }

    [Fact]
    public void All_pass_where_nothing_is_scrubbed()
        => Assert.Equal("alice@example.com", new TraceScrubber(ScrubProfile.None).VisitText(StreamText.FieldName, "", "alice@example.com"));
}
