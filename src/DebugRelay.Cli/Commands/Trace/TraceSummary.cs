using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Trace;

/// <summary>What a trace came to, in a line or three.</summary>
internal static class TraceSummary
{
    private const string UnreadEvent = "unread-event";

    public static void WriteTo(Terminal terminal, string path, OperationEnd end, string indent = "")
    {
        terminal.Output.WriteLine($"{indent}{terminal.Bold(path)}   {Amounts.Bytes(end.Bytes)}{Events(end.Events)}");
        terminal.Output.WriteLine($"{indent}{terminal.Dim("masked".PadRight(12))}{Masked(end)}");
        if (end.Events is { Blanked.Count: > 0 } events)
            terminal.Output.WriteLine($"{indent}{terminal.Dim("blanked".PadRight(12))}{Counts(events.Blanked)}");
        if (end.Events is { LostBlocks: > 0 } lost)
            terminal.Output.WriteLine($"{indent}{terminal.Dim("lost".PadRight(12))}{Amounts.Count(lost.LostBlocks)} blocks, {Amounts.Bytes(lost.LostBytes)}: this end took them too slowly; ask for fewer events");
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
