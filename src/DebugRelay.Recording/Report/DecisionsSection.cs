namespace DebugRelay.Recording;

/// <summary>Everything that was asked, with the rule that allowed or refused it.</summary>
internal static class DecisionsSection
{
    private static readonly string[] Columns = ["Time", "Asked for", "Decision", "Rule or reason", "Delivered"];

    public static void Write(HtmlWriter html, RecordedSession session)
    {
        html.Open("section", "id", "decisions", "aria-labelledby", "decisions-h").Element("h2", "Every decision", "id", "decisions-h");
        if (session.Operations.Count == 0)
        {
            html.Element("p", "Nothing was asked in this session.").Close();
            return;
        }

        html.Open("table", "class", "cards", "role", "table").Element("caption", "In the order of asking; times are the host's, in UTC. Hashes are SHA-256.");
        html.Open("thead", "role", "rowgroup").Open("tr", "role", "row");
        foreach (var column in Columns)
            html.Element("th", column, "scope", "col", "role", "columnheader");
        html.Close().Close().Open("tbody", "role", "rowgroup");
        foreach (var operation in session.Operations)
            WriteRow(html, operation);
        html.Close().Close().Close();
    }

    private static void WriteRow(HtmlWriter html, RecordedOperation operation)
    {
        html.Open("tr", "role", "row");
        Cell(html, 0, "clock").Open("span").Element("time", ReportText.Clock(operation.Decided ?? operation.Asked), "datetime", ReportText.Machine(operation.Decided ?? operation.Asked)).Close().Close();
        Cell(html, 1).Open("span").Element("strong", operation.Operation ?? "unreadable request");
        if (Target(operation) is { } target)
            html.Element("small", target);
        foreach (var provider in operation.Providers)
            html.Open("small").Element("code", provider).Close();
        html.Close().Close();
        Cell(html, 2).Open("span");
        WriteDecision(html, operation);
        html.Close().Close();
        Cell(html, 3).Open("span").Text(operation.Rule);
        if (operation.RequestSha256 is { } request)
            html.Open("small").Text("signed request ").Element("code", Short(request), "title", request).Close();
        html.Close().Close();
        Cell(html, 4).Open("span");
        WriteDelivery(html, operation);
        html.Close().Close();
        html.Close();
    }

    private static HtmlWriter Cell(HtmlWriter html, int column, string? style = null) =>
        html.Open("td", "data-label", Columns[column], "role", "cell", "class", style);

    private static string? Target(RecordedOperation operation) => (operation.Process, operation.Pid, operation.User) switch
    {
        ({ } process, { } pid, { } user) => $"{process}, pid {pid}, user {user}",
        ({ } process, { } pid, null) => $"{process}, pid {pid}",
        (null, { } pid, _) => $"pid {pid}",
        _ => null,
    };

    private static void WriteDecision(HtmlWriter html, RecordedOperation operation)
    {
        var (style, word) = operation.Allowed switch
        {
            true => ("word yes", "✓ allowed"),
            false => ("word no-word", "✕ refused"),
            null => ("word open-word", "… not decided"),
        };
        html.Element("span", word, "class", style);
        if (operation.By is { } by)
            html.Element("small", $"by {by}{(operation.Code is { } code ? $" ({code})" : "")}");
        if (operation.Grant is { } grant)
            html.Element("small", $"under grant {grant}");
        if (operation.BreakGlass)
            html.Open("small").Element("strong", "break-glass: no grant").Close();
        if (operation.Unscrubbed)
            html.Open("small").Element("strong", "not scrubbed").Close();
    }

    private static void WriteDelivery(HtmlWriter html, RecordedOperation operation)
    {
        if (operation.Bytes is not { } bytes)
        {
            html.Text(operation.Allowed == true ? "no end is recorded" : "nothing");
            return;
        }

        html.Text(ReportText.Bytes(bytes));
        if (operation.EventsRead is { } read)
            html.Element("small", $"{ReportText.Count(operation.EventsDelivered ?? 0)} of {ReportText.Count(read)} events");
        if (operation.Scrubbed.Count > 0)
            html.Element("small", $"{ReportText.Count(operation.Scrubbed.Values.Sum())} values masked");
        if (operation.Partial)
            html.Element("small", $"cut: {operation.PartialReason}");
        if (operation.Kept is { } kept)
            html.Element("small", kept == "hash" ? "kept by its hash alone" : "kept encrypted to reviewers");
        if (operation.Sha256 is { } hash)
            html.Open("small").Element("code", Short(hash), "title", hash).Close();
    }

    private static string Short(string hash) => hash.Length > 16 ? hash[..16] + "…" : hash;
}
