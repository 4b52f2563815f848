using System.Text.RegularExpressions;
using DebugRelay.Recording;
using Xunit;

namespace DebugRelay.Tests.Recording.Review;

/// <summary>The HTML report: whatever stands in a recording stays text, and nothing is loaded or run.</summary>
public partial class ReportTests
{
    private const string Hostile = "</td></section><script>alert(1)</script><img src=x onerror=alert(2)>\"' onload=alert(3) javascript:x \u202Eevil\u0007";

    [Fact]
    public async Task Hostile_names_and_reasons_stay_text()
    {
        using var folder = new TemporaryFolder();
        var path = await StoryOnDisk.WriteAsync(folder.Path, reason: Hostile, process: Hostile, rule: Hostile, scrubbed: Hostile);
        var page = Render(SessionStory.Read(path), new Verdict(VerdictStatus.Tampered, Hostile, "s", "h", 1, 1, 1, 0), path);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u202E', page);
        Assert.DoesNotContain('\u0007', page);
        Assert.DoesNotContain("&#x202E;", page, StringComparison.OrdinalIgnoreCase);
        // Every attribute is one of ours: what a value holds cannot begin another.
        foreach (Match tag in Tags().Matches(page))
            Assert.Equal("", Attributes().Replace(tag.Groups["rest"].Value, "").Trim());
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_allows_itself_nothing_but_its_own_style()
    {
        using var folder = new TemporaryFolder();
        var path = await StoryOnDisk.WriteAsync(folder.Path);
        var page = Render(SessionStory.Read(path), Ok, path);
        Assert.Contains("default-src &#x27;none&#x27;; style-src &#x27;sha256-", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http:", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_story_holds_what_the_screens_ask_for()
    {
        using var folder = new TemporaryFolder();
        var path = await StoryOnDisk.WriteAsync(folder.Path);
        var session = SessionStory.Read(path);
        Assert.Equal("spiffe://corp.example/eng/alice", session.Identity);
        Assert.Equal(("checkout slow", "INC-812"), (session.Reason, session.Incident));
        Assert.Equal(2, session.Operations.Count);
        Assert.Equal(1, session.Refused);
        Assert.Equal(["g-17"], session.Grants);
        Assert.True(session.IsClosed);
        Assert.Equal(41_000, session.Bytes);
        Assert.Equal(KeyValuePair.Create("email", 1204L), session.Scrubbed[0]);
        var page = Render(session, Ok, path);
        foreach (var words in (string[])["Whole and unchanged", "checkout slow", "INC-812", "role oncall allows trace", "no grant", "g-17", "1,204", "41 kB", "sh verify-recording.sh"])
            Assert.Contains(words, page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("id=\"verdict\"", StringComparison.Ordinal) < page.IndexOf("id=\"story\"", StringComparison.Ordinal), "the verdict comes first");
    }

    [Fact]
    public void A_session_without_an_end_or_anything_asked_has_a_page_too()
    {
        var page = RecordingReport.Render(new ReportFacts(
            new RecordedSession { Session = "s" }, new Verdict(VerdictStatus.Incomplete, "no segment is sealed", null, null, 0, 0, 0, 0), [], [], [], DateTimeOffset.UnixEpoch, "0"));
        Assert.Contains("INCOMPLETE", page, StringComparison.Ordinal);
        Assert.Contains("no end is recorded", page, StringComparison.Ordinal);
    }

    private static Verdict Ok => new(VerdictStatus.Ok, "", "4f1c", "pay-07", 2, 6, 1, 2);

    private static string Render(RecordedSession session, Verdict verdict, string path) => RecordingReport.Render(new ReportFacts(
        session, verdict, VolumeSeries.Read(path, session.Opened!.Value), [new ReportReview(session.Reason!, Holds: true, DateTimeOffset.UnixEpoch, session.Reason)],
        [new ReportCheck("With the shell:", "sh verify-recording.sh 4f1c ca.crt")], DateTimeOffset.UnixEpoch, "0.1.0"));

    [GeneratedRegex("<[a-z1-6]+(?<rest>[^>]*)>")]
    private static partial Regex Tags();

    [GeneratedRegex(" [a-z0-9A-Z-]+=\"[^\"<>]*\"")]
    private static partial Regex Attributes();
}
