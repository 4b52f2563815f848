namespace DebugRelay.Recording;

/// <summary>Who, where, when, why, and under which rights.</summary>
internal static class StorySection
{
    public static void Write(HtmlWriter html, RecordedSession session)
    {
        html.Open("section", "id", "story", "aria-labelledby", "story-h").Element("h2", "Who and why", "id", "story-h").Open("dl");
        Fact(html, "Reason", session.Reason is { } reason ? $"“{reason}”" : "none given", whole: true);
        Fact(html, "Who", session.Identity ?? "unknown");
        Fact(html, "Incident", session.Incident ?? "none named");
        Fact(html, "Host", session.Host ?? "unknown");
        Fact(html, "From", session.Remote ?? "unknown");
        Fact(html, "Opened", session.Opened is { } opened ? ReportText.Moment(opened) : "unknown");
        Fact(html, "Ended", End(session));
        Fact(html, "Roles", session.Roles.Count > 0 ? string.Join(", ", session.Roles) : "none");
        Fact(html, "Grants", session.Grants.Count > 0 ? string.Join(", ", session.Grants) : "none used");
        Fact(html, "Client", session.Client ?? "unknown");
        Fact(html, "Scrub profile", session.Scrub ?? "unknown");
        Fact(html, "Session", session.Session, mono: true);
        html.Close().Close();
    }

    private static string End(RecordedSession session)
    {
        if (!session.IsClosed)
            return session.LastSeen is { } seen ? $"no end is recorded; the last entry is of {ReportText.Moment(seen)}" : "no end is recorded";
        var why = session.CloseMessage ?? session.CloseCode;
        return session.LastSeen is { } time ? $"{ReportText.Moment(time)}{(why is null ? "" : $": {why}")}" : why ?? "";
    }

    private static void Fact(HtmlWriter html, string name, string text, bool whole = false, bool mono = false) =>
        html.Open("div", "class", whole ? "whole" : null).Element("dt", name).Element("dd", text, "class", mono ? "mono" : null).Close();
}
