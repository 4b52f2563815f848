using DebugRelay.Cli.Commands.Trace;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Demo;

/// <summary>A trace through the relay, and at the same time one directly from the shop, to compare with.</summary>
internal static class TraceStage
{
    private const int NameWidth = 18;
    private const int ValueWidth = 34;
    private const int FieldsShown = 3;

    /// <summary>On what the sample leaks.</summary>
    private static readonly IReadOnlyList<TraceProvider> Providers =
    [
        new("DebugRelay-Sample-Shop", ulong.MaxValue, 5),
        new("Microsoft-Extensions-Logging", ulong.MaxValue, 5),
        new("Microsoft-Windows-DotNETRuntime", 0x8000, 4),
        new("System.Net.Http", ulong.MaxValue, 4),
        new("Microsoft.AspNetCore.Hosting", ulong.MaxValue, 4),
    ];

    /// <summary>What both gave.</summary>
    /// <param name="Direct">The bytes from the process itself: they hold the secrets, so they stay in memory.</param>
    /// <param name="Relayed">The bytes of the trace's file.</param>
    internal sealed record Outcome(byte[] Direct, byte[] Relayed);

    public static async Task<Outcome> RunAsync(
        Narrator narrator, Session session, TargetProcess target, string path, TimeSpan duration, CancellationToken interrupted)
    {
        narrator.Chapter($"A trace of {Durations.Show(duration)}");
        var order = new EventPipeOrder(Providers, EventPipeOrder.DefaultBufferMegabytes, Rundown: true, duration);
        await using var direct = await DirectTrace.StartAsync(target.Pid, order, interrupted);
        OperationEnd end = await RecordAsync(narrator, session, target, order, path, interrupted);
        byte[] before = await direct.StopAsync();
        byte[] after = await File.ReadAllBytesAsync(path, interrupted);

        TraceSummary.WriteTo(narrator.Terminal, Path.GetFileName(path), end, indent: "  ");
        Compare(narrator, before, after, end);
        return new Outcome(before, after);
    }

    private static async Task<OperationEnd> RecordAsync(
        Narrator narrator, Session session, TargetProcess target, EventPipeOrder order, string path, CancellationToken interrupted)
    {
        await using Operation operation = await session.StartAsync(new OperationOrder("trace", target, order), interrupted);
        await using ResultFile file = ResultFile.Create(path, overwrite: false);
        using var progress = new ProgressLine(narrator.Terminal, order.Duration);
        OperationEnd end = await operation.ReceiveAsync(
            async (bytes, cancellation) =>
            {
                await file.AppendAsync(bytes, cancellation);
                progress.Report(file.Length, "");
            },
            order.Duration,
            interrupted);
        interrupted.ThrowIfCancellationRequested();
        if (end.Partial)
            throw Operation.Cut(end);
        await file.FinishAsync();
        return end;
    }

    private static void Compare(Narrator narrator, byte[] before, byte[] after, OperationEnd end)
    {
        IReadOnlyList<TracedEvent> written = TracedEvent.ReadAll(new MemoryStream(before, writable: false));
        IReadOnlyList<TracedEvent> delivered = TracedEvent.ReadAll(new MemoryStream(after, writable: false));
        IReadOnlyList<BeforeAndAfter> pairs = BeforeAndAfter.Sample(written, delivered, [.. end.Scrubbed.Keys.Select(rule => $"[{rule}]")]);
        if (pairs.Count == 0)
        {
            narrator.Check("before and after", holds: false, "", "no event was found on both sides with something masked in it");
            return;
        }
        narrator.Say("");
        narrator.Say($"  {Cell("", NameWidth + 2)}{narrator.Terminal.Dim($"{Cell("in the process", ValueWidth)}  through the relay")}");
        foreach (BeforeAndAfter pair in pairs)
            Show(narrator, pair);
    }

    private static void Show(Narrator narrator, BeforeAndAfter pair)
    {
        narrator.Say($"  {Table.Printable($"{pair.Before.Provider} {pair.Before.Name}")}");
        foreach ((string name, string before, string after) in pair.Masked.Take(FieldsShown))
            Row(name, Excerpt(before, after), narrator.Terminal.Bold(Cell(Excerpt(after, before), ValueWidth).TrimEnd()));
        foreach ((string name, string text) in pair.Same.Where(same => same.Text.Length > 5).Take(1))
            Row(name, text, narrator.Terminal.Dim(Cell(text, ValueWidth).TrimEnd()));

        void Row(string name, string before, string after) => narrator.Say($"    {Cell(name, NameWidth)}{Cell(before, ValueWidth)}  {after}");
    }

    /// <summary>The part of a long text in which it differs from the other.</summary>
    private static string Excerpt(string text, string other)
    {
        int same = text.AsSpan().CommonPrefixLength(other);
        return same < ValueWidth / 2 || same == text.Length ? text : $"…{text[(same - 10)..]}";
    }

    private static string Cell(string text, int width)
    {
        string line = Table.Printable(text);
        return (line.Length <= width ? line : $"{line[..(width - 1)]}…").PadRight(width);
    }
}
