using System.CommandLine;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Counters;

/// <summary>`counters TARGET`: a process's counters, live.</summary>
internal sealed class CountersCommand
{
    private const int MaxIntervalSeconds = 60;

    private readonly CommandContext _context;
    private readonly ConnectionOptions _connection = new();
    private readonly Argument<string> _target = CommonOptions.Target();
    private readonly Option<string> _counters = new("--counters") { HelpName = "LIST", Description = "Providers or meters: NAME[COUNTER,…],…; System.Runtime if left out" };
    private readonly Option<int> _interval = new("--refresh-interval") { HelpName = "SECONDS", Description = "Between two values", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _duration = CommonOptions.Duration("How long; until Ctrl-C if left out");
    private readonly Option<bool> _json = new("--json") { Description = "Write one JSON object a line" };
    private readonly Option<bool> _csv = new("--csv") { Description = "Write comma-separated values" };

    private CountersCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        var counters = new CountersCommand(context);
        var command = new Command("counters", "Watch a process's counters live") { counters._target };
        foreach (Option option in (Option[])[counters._counters, counters._interval, counters._duration, counters._json, counters._csv])
            command.Options.Add(option);
        counters._connection.AddTo(command);
        command.SetAction(counters.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        IReadOnlyList<CounterGroup> groups = parsed.GetValue(_counters) is { } list ? CounterGroup.Parse(list) : CounterGroup.Default;
        TimeSpan? duration = parsed.GetValue(_duration) is { } time ? Durations.Parse(time) : null;
        int interval = parsed.GetValue(_interval);
        if (interval is not (>= 1 and <= MaxIntervalSeconds))
            throw new UsageException($"--refresh-interval {interval} is not possible", $"give 1 to {MaxIntervalSeconds} seconds");
        if (parsed.GetValue(_json) && parsed.GetValue(_csv))
            throw new UsageException("--json and --csv exclude each other", "give one of them");
        return await _context.WithSessionAsync(parsed, _connection, WatchAsync, interrupted);

        async Task<int> WatchAsync(Session session, ParseResult _, CancellationToken stop)
        {
            TargetProcess target = await Processes.FindAsync(session, parsed.GetRequiredValue(_target), stop);
            await ShowAsync(session, target, groups, interval, duration, View(parsed), _context.Terminal, stop);
            return stop.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
        }
    }

    /// <summary>Shows counters until the time is over.</summary>
    /// <exception cref="OperationCutException">They ended before.</exception>
    public static async Task ShowAsync(
        Session session, TargetProcess target, IReadOnlyList<CounterGroup> groups, int intervalSeconds, TimeSpan? duration, ICounterView view,
        Terminal terminal, CancellationToken stop)
    {
        // Counters need no rundown, no stacks, and little room.
        var order = new EventPipeOrder(CounterGroup.ProvidersOf(groups, intervalSeconds), BufferMegabytes: 10, Rundown: false, duration, Stacks: false);
        await using Operation operation = await session.StartAsync(new OperationOrder("counters", target, order), stop);
        OperationEnd end = await LiveEvents.ReadAsync(operation, source => CounterReader.Subscribe(source, Show, Warn), duration, stop);
        view.End();
        if (end.Partial)
            throw Operation.Cut(end);

        void Show(CounterReading reading)
        {
            if (groups.Any(group => group.Includes(reading)))
                view.Show(reading);
        }

        void Warn(string trouble) => terminal.Error.WriteLine($"note: {trouble}");
    }

    private ICounterView View(ParseResult parsed)
    {
        Terminal terminal = _context.Terminal;
        return parsed.GetValue(_json) ? new CounterJson(terminal)
            : parsed.GetValue(_csv) ? new CounterCsv(terminal)
            : terminal.IsOutputScreen ? new CounterTable(terminal, TimeProvider.System)
            : new CounterLines(terminal);
    }
}
