using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Trace;

/// <summary>What a trace came to, in a line or three.</summary>
internal static class TraceSummary
{
    private const string UnreadEvent = "unread-event";

    // From here on, what is missing changes what the rest seems to say.
    private const double MuchLost = 0.1;
    private const int KindsNamed = 3;

    public static void WriteTo(Terminal terminal, string path, OperationEnd end, string indent = "")
    {
        terminal.Output.WriteLine($"{indent}{terminal.Bold(path)}   {Amounts.Bytes(end.Bytes)}{Events(end.Events)}");
        terminal.Output.WriteLine($"{indent}{terminal.Dim("masked".PadRight(12))}{Masked(end)}");
        if (end.Events is { Blanked.Count: > 0 } events)
            terminal.Output.WriteLine($"{indent}{terminal.Dim("blanked".PadRight(12))}{Counts(events.Blanked)}");
        if (end.Events is { LostBlocks: > 0 } lost)
            terminal.Output.WriteLine($"{indent}{terminal.Dim("lost".PadRight(12))}{Amounts.Count(lost.LostBlocks)} blocks, {Amounts.Bytes(lost.LostBytes)}: this end took them too slowly; ask for fewer events");
    }

    /// <summary>How many events the process lost: always said, since nothing in the file shows it at a glance.</summary>
    public static void WriteLoss(Terminal terminal, TraceTally tally)
    {
        string lost = !tally.IsWhole ? "not counted: they came faster than this machine counts"
            : tally.Lost == 0 ? "no event"
            : $"{Amounts.Count(tally.Lost)} events, {tally.LostShare:P1} of all: the process could not keep them until they were read";
        terminal.Output.WriteLine($"{terminal.Dim("lost".PadRight(12))}{lost}");
    }

    /// <summary>Where much is lost, says what to leave out.</summary>
    public static void WarnOfLoss(Terminal terminal, TraceTally tally)
    {
        if (tally.LostShare < MuchLost)
            return;
        string most = string.Join(", ", tally.Kinds().Take(KindsNamed).Select(kind => $"{Table.Printable(kind.Event)} ({Amounts.Count(kind.Count)})"));
        terminal.Error.WriteLine($"warning: {tally.LostShare:P0} of the events were lost; most of those that came are {most}");
        terminal.Error.WriteLine("  ask for fewer keywords or a lower level of these with --providers, or give the process a larger --buffer");
    }

    /// <summary>The masked values by provider and rule, a line each, most first.</summary>
    public static void WriteSources(Terminal terminal, OperationEnd end)
    {
        if (end.ScrubbedBy is not { Count: > 0 } sources)
            return;
        int width = sources.Keys.Max(source => source.Length) + 2;
        foreach ((string source, SortedDictionary<string, long> rules) in sources.OrderByDescending(source => source.Value.Values.Sum()))
            terminal.Output.WriteLine($"  {terminal.Dim(Table.Printable(source).PadRight(width))}{Counts(rules)}");
    }

    /// <summary>The masked values by rule, most first. Events without content have a line of their own.</summary>
    public static string Masked(OperationEnd end)
    {
        var values = new SortedDictionary<string, long>(end.Scrubbed);
        values.Remove(UnreadEvent);
        return values.Count == 0 ? "nothing" : Counts(values);
    }

    private static string Counts(SortedDictionary<string, long> counts)
        => string.Join(" · ", counts.OrderByDescending(count => count.Value).Select(count => $"{Table.Printable(count.Key)} {Amounts.Count(count.Value)}"));

    private static string Events(EventCounts? events) => events is null ? ""
        : $"   {Amounts.Count(events.Delivered)} events{(events.Dropped > 0 ? $" ({Amounts.Count(events.Dropped)} dropped)" : "")}";
}
