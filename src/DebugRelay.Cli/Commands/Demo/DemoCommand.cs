using System.CommandLine;
using DebugRelay.Cli.Commands.Interactive;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands.Demo;

/// <summary>`demo`: the whole way of the data on one machine, with a throw-away PKI and a service that leaks on purpose.</summary>
internal sealed class DemoCommand
{
    private static readonly TimeSpan TraceDuration = TimeSpan.FromSeconds(5);

    private readonly CommandContext _context;
    private readonly Option<string> _duration = CommonOptions.Duration("How long the trace is; 5 s if left out");
    private readonly Option<string> _keep = new("--keep") { HelpName = "DIR", Description = "Keep ca.crt, recordings/ and trace.nettrace in DIR" };

    private readonly Option<bool> _tui = new("--tui") { Description = "Look around yourself, on the client's screens, instead of being shown" };

    private DemoCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        var demo = new DemoCommand(context);
        var command = new Command("demo", "Show it all on this machine: a leaking service, an agent, a scrubbed trace, a verified recording") { demo._duration, demo._keep, demo._tui };
        command.SetAction(demo.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        TimeSpan duration = parsed.GetValue(_duration) is { } time ? Durations.Parse(time) : TraceDuration;
        var narrator = new Narrator(_context.Terminal);
        if (parsed.GetValue(_tui))
            TuiCommand.RequireTerminal(_context.Terminal);
        using DemoFolder folder = DemoFolder.Create(parsed.GetValue(_keep));
        if (parsed.GetValue(_tui))
            return await LookAroundAsync(folder, interrupted);
        try
        {
            await TellAsync(narrator, folder, duration, interrupted);
        }
        catch (Exception error) when (error is not OperationCanceledException and not UsageException)
        {
            // Whatever failed, and whatever its exit code elsewhere: the demo did not show what it should.
            Failure failure = Failure.Of(error);
            throw new LocalException($"the demo failed: {failure.What}", failure.ToDo, error);
        }
        return Conclude(narrator, folder);
    }

    /// <summary>The same shop and host, and the user's own eyes.</summary>
    private async Task<int> LookAroundAsync(DemoFolder folder, CancellationToken interrupted)
    {
        await using SampleShop shop = await SampleShop.StartAsync(folder.Private, interrupted);
        await using DemoHost host = await DemoHost.StartAsync(folder, interrupted, wide: true);
        TuiCommand.Show([("demo", host.Settings)], new RecordingLibrary(folder.Recordings, host.Settings, _context.Surroundings), _context, interrupted);
        return ExitCode.Done;
    }

    private static async Task TellAsync(Narrator narrator, DemoFolder folder, TimeSpan duration, CancellationToken interrupted)
    {
        narrator.Say("A web shop that leaks secrets, the agent that guards its host, and you. All on this machine, all gone afterwards.");
        await using SampleShop shop = await SampleShop.StartAsync(folder.Private, interrupted);
        await using DemoHost host = await DemoHost.StartAsync(folder, interrupted);
        narrator.Chapter("Started");
        narrator.Fact($"the shop, pid {shop.Pid}", $"{shop.Secrets.Secrets.Length} secrets on {shop.Secrets.Surfaces} ways out, made up for this run");
        narrator.Fact($"the agent, {host.Settings.Address}", "TLS 1.3 with both certificates of a throw-away CA; broker and worker apart");

        var heads = new HeadsKeeper(narrator);
        (string session, TraceStage.Outcome trace) = await LookAsync(narrator, folder, shop, host, heads, duration, interrupted);
        SearchStage.Run(narrator, folder, shop.Secrets, trace);
        RecordingStage.Run(narrator, folder, session, heads.Heads);
    }

    private static async Task<(string Session, TraceStage.Outcome Trace)> LookAsync(
        Narrator narrator, DemoFolder folder, SampleShop shop, DemoHost host, HeadsKeeper heads, TimeSpan duration, CancellationToken interrupted)
    {
        try
        {
            using ClientCredentials credentials = ClientCredentials.Load(host.Settings);
            var connector = new AgentConnector(host.Settings.Address, credentials);
            await using Session session = await Session.OpenAsync(connector, "the demo", null, heads, interrupted);
            TargetProcess target = await LookAroundStage.RunAsync(narrator, session, shop.Pid, interrupted);
            await CountersStage.RunAsync(narrator, session, target, interrupted);
            TraceStage.Outcome trace = await TraceStage.RunAsync(narrator, session, target, folder.Trace, duration, interrupted);
            await session.CloseAsync();
            return (session.Opened.Session, trace);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            foreach (string line in host.LastErrors)
                narrator.Terminal.Error.WriteLine($"agent: {Table.Printable(line)}");
            throw;
        }
    }

    private static int Conclude(Narrator narrator, DemoFolder folder)
    {
        narrator.Chapter(narrator.Problems.Count == 0 ? "All is as it should be." : "Not all is as it should be.");
        foreach (string problem in narrator.Problems)
            narrator.Terminal.Error.WriteLine($"error: {problem}");
        if (folder.IsKept)
            narrator.Say($"  kept: {folder.Authority}  {folder.Recordings}/  {folder.Trace}");
        else
            narrator.Say("  nothing is kept; --keep DIR keeps the trace, the recording and the CA");
        return narrator.Problems.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>The demo's witness of the recording.</summary>
    private sealed class HeadsKeeper(Narrator narrator) : ISessionObserver
    {
        private readonly List<WitnessedHead> _heads = [];

        public IReadOnlyList<WitnessedHead> Heads
        {
            get
            {
                lock (_heads)
                    return [.. _heads];
            }
        }

        public void OnNotice(Notice notice) => narrator.Terminal.Error.WriteLine($"note: {Table.Printable(notice.Message)}");

        public void OnHead(string session, RecordingHead head)
        {
            lock (_heads)
                _heads.Add(HeadsFile.Witness(session, head));
        }

        public void OnLedgerHead(LedgerNote head)
        {
            lock (_heads)
                _heads.AddRange(LedgerHead.Parse(head.Note) is { } parsed ? [parsed.Witness] : []);
        }
    }
}
