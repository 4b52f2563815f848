namespace DebugRelay.Recording;

/// <summary>The story of a recording as one HTML page that needs nothing else: no script, nothing loaded, readable on a screen, on paper and aloud.</summary>
public static class RecordingReport
{
    /// <summary>Makes the page.</summary>
    /// <param name="facts">What it tells.</param>
    /// <returns>A whole HTML document.</returns>
    public static string Render(ReportFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var html = new HtmlWriter();
        html.Raw("<!DOCTYPE html>\n").Open("html", "lang", "en");
        WriteHead(html, facts);
        html.Open("body").Element("a", "Skip to the verdict", "class", "skip", "href", "#verdict");
        html.Open("header", "class", "top wide");
        WriteTitle(html, facts);
        html.Close().Open("main", "class", "wide");
        WriteVerdict(html, facts);
        WriteNotes(html, facts);
        WriteTiles(html, facts.Session);
        WriteContents(html);
        StorySection.Write(html, facts.Session);
        TimelineSection.Write(html, facts.Session);
        VolumeSection.Write(html, facts);
        DecisionsSection.Write(html, facts.Session);
        WriteChecks(html, facts);
        html.Close().Open("footer", "class", "wide");
        html.Element("p", $"Made on {ReportText.Moment(facts.Made)} by {facts.Version}. The page states what the recording holds; it is no evidence by itself.");
        html.Close().Close().Close();
        return html.ToString();
    }

    private static void WriteHead(HtmlWriter html, ReportFacts facts)
    {
        html.Open("head").Void("meta", "charset", "utf-8");
        html.Void("meta", "http-equiv", "Content-Security-Policy", "content", ReportStyle.ContentSecurityPolicy);
        html.Void("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.Void("meta", "name", "referrer", "content", "no-referrer").Void("meta", "name", "color-scheme", "content", "light dark");
        // An empty icon: browsers would ask for /favicon.ico otherwise.
        html.Void("link", "rel", "icon", "href", "data:,");
        html.Element("title", $"Recording {facts.Session.Session}: {Word(facts.Verdict)}");
        html.Open("style").Raw(ReportStyle.Css).Close().Close();
    }

    private static void WriteTitle(HtmlWriter html, ReportFacts facts)
    {
        var session = facts.Session;
        html.Element("p", "DebugRelay · recording of a session", "class", "kicker");
        html.Open("h1");
        // A narrow page breaks an identity between its parts.
        foreach (var part in (session.Identity ?? "Somebody").Split('/').Select((word, place) => place == 0 ? word : "/" + word))
            html.Text(part).Void("wbr");
        html.Text($" on {session.Host ?? "a host"}");
        if (session.Opened is { } opened)
            html.Text($", {ReportText.Day(opened)}");
        html.Close();
    }

    private static void WriteVerdict(HtmlWriter html, ReportFacts facts)
    {
        var word = Word(facts.Verdict);
        html.Open("section", "id", "verdict", "class", $"verdict {Style(word)}", "aria-labelledby", "verdict-h", "tabindex", "-1");
        WriteSign(html, word);
        html.Element("h2", word, "id", "verdict-h");
        html.Open("p").Text(Sentence(facts.Verdict, word)).Close();
        html.Close();
    }

    private static string Word(Verdict verdict) => verdict.ToString().Split(' ')[0];

    private static string Style(string word) => word switch { "OK" => "ok", "INCOMPLETE" or "DELETED" => "incomplete", _ => "tampered" };

    private static string Sentence(Verdict verdict, string word)
    {
        var found = $"{Several(verdict.Segments, "segment", "segments")}, {Several(verdict.Entries, "entry", "entries")} and {Several(verdict.Streams, "stream", "streams")}";
        return word switch
        {
            "OK" => $"Whole and unchanged: {found} verified, {Witnessed(verdict)}.",
            "INCOMPLETE" => $"Unchanged as far as it goes, but without its end: {verdict.Reason}. Verified: {found}, {Witnessed(verdict)}.",
            _ => $"Do not rely on what follows: {verdict.Reason}.",
        };
    }

    private static string Several(long count, string one, string many) => $"{ReportText.Count(count)} {(count == 1 ? one : many)}";

    private static string Witnessed(Verdict verdict) =>
        (verdict.HeadsWitnessed == 0 ? "no head witnessed off the host" : $"{Several(verdict.HeadsWitnessed, "head", "heads")} witnessed off the host")
        + (verdict.Countersigned ? ", the end signed by the engineer's client" : "")
        + (verdict.Ledgers is { Count: > 0 } ledgers ? $"; held against the ledgers of {string.Join(" and ", ledgers)}" : "");

    /// <summary>A sign for those who do not tell the colours apart.</summary>
    private static void WriteSign(HtmlWriter html, string word)
    {
        var path = word switch { "OK" => "M14 25l7 7 14-16", "INCOMPLETE" or "DELETED" => "M24 13v14M24 33v2", _ => "M16 16l16 16M32 16l-16 16" };
        html.Open("svg", "viewBox", "0 0 48 48", "aria-hidden", "true", "focusable", "false", "fill", "none", "stroke", "currentColor", "stroke-width", "4", "stroke-linecap", "round", "stroke-linejoin", "round");
        html.Open("circle", "cx", "24", "cy", "24", "r", "21", "stroke-width", "3").Close().Open("path", "d", path).Close().Close();
    }

    private static void WriteNotes(HtmlWriter html, ReportFacts facts)
    {
        var session = facts.Session;
        var notes = new List<(string Style, string Text)>();
        if (session.IsBreakGlass && !facts.Reviews.Any(r => r.Holds))
            notes.Add(("due", "Break-glass: access was taken without a grant, and no reviewer has signed this recording yet."));
        if (session.IsUnscrubbed)
            notes.Add(("due", "Data left the host without being scrubbed, under a grant that names an incident."));
        if (session.UnsealedEntries > 0)
            notes.Add(("due", $"{ReportText.Count(session.UnsealedEntries)} of {ReportText.Count(session.Entries)} entries are after the last checkpoint: nothing vouches for them."));
        foreach (var review in facts.Reviews)
            notes.Add((review.Holds ? "held" : "due", ReviewText(review)));
        if (notes.Count == 0)
            return;
        html.Open("ul", "class", "notes", "aria-label", "To note");
        foreach (var (style, text) in notes)
            html.Element("li", text, "class", style);
        html.Close();
    }

    private static string ReviewText(ReportReview review)
    {
        if (!review.Holds)
            return $"A review does not hold: {review.Reviewer}";
        var comment = review.Comment is { Length: > 0 } words ? $": “{words}”" : "";
        return $"Reviewed by {review.Reviewer}{(review.Time is { } time ? $" on {ReportText.Moment(time)}" : "")}{comment}";
    }

    private static void WriteTiles(HtmlWriter html, RecordedSession session)
    {
        html.Open("ul", "class", "tiles", "aria-label", "In figures");
        Tile(html, ReportText.Count(session.Operations.Count), session.Operations.Count == 1 ? "operation asked for" : "operations asked for");
        Tile(html, ReportText.Count(session.Refused), "refused", session.Refused > 0 ? "alarm" : null);
        Tile(html, ReportText.Bytes(session.Bytes), "delivered");
        Tile(html, ReportText.Count(session.Scrubbed.Sum(s => s.Value)), "values masked");
        Tile(html, session is { Opened: { } from, LastSeen: { } to } ? ReportText.Duration(to - from) : "–", "from open to close");
        html.Close();
    }

    private static void Tile(HtmlWriter html, string figure, string words, string? style = null) =>
        html.Open("li", "class", style).Element("b", figure).Element("span", words).Close();

    private static void WriteContents(HtmlWriter html)
    {
        html.Open("nav", "aria-label", "Contents").Open("ul");
        foreach (var (id, title) in new[] { ("story", "Who and why"), ("timeline", "Timeline"), ("delivered", "What left the host"), ("decisions", "Every decision"), ("checks", "Verify it yourself") })
            html.Open("li").Element("a", title, "href", "#" + id).Close();
        html.Close().Close();
    }

    private static void WriteChecks(HtmlWriter html, ReportFacts facts)
    {
        html.Open("section", "id", "checks", "aria-labelledby", "checks-h").Element("h2", "Verify it yourself", "id", "checks-h");
        html.Element("p", "This page was made by a program; the recording was signed as it was made. These commands need public keys only.", "class", "fine");
        html.Open("ol", "class", "steps");
        foreach (var check in facts.Checks)
            html.Open("li").Text(check.Shows).Open("pre", "tabindex", "0").Element("code", check.Command).Close().Close();
        html.Close().Close();
    }
}
