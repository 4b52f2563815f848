using DebugRelay.Cli.Commands.Counters;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Observing;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Demo;

/// <summary>A few seconds of live counters.</summary>
internal static class CountersStage
{
    private const int Seconds = 3;

    private static readonly IReadOnlyList<CounterGroup> Shown =
    [
        new("System.Runtime", ["cpu-usage", "working-set", "gc-heap-size", "threadpool-thread-count", "exception-count"]),
        new("DebugRelay-Sample-Shop", []),
    ];

    public static async Task RunAsync(Narrator narrator, Session session, TargetProcess target, CancellationToken interrupted)
    {
        narrator.Chapter($"Its counters, live for {Seconds} s");
        var table = new CounterTable(narrator.Terminal, TimeProvider.System, indent: "  ");
        var counted = new Counted(table);
        await CountersCommand.ShowAsync(
            session, target, Shown, intervalSeconds: 1, TimeSpan.FromSeconds(Seconds), counted, narrator.Terminal, interrupted);
        interrupted.ThrowIfCancellationRequested();
        if (counted.Readings == 0)
            narrator.Check("counters", holds: false, "", "none came");
    }

    private sealed class Counted(ICounterView view) : ICounterView
    {
        public int Readings { get; private set; }

        public void Show(CounterReading reading)
        {
            Readings++;
            view.Show(reading);
        }

        public void End() => view.End();
    }
}
