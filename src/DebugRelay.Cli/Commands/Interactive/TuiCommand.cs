using System.CommandLine;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Tui;
using DebugRelay.Cli.ViewModels;

namespace DebugRelay.Cli.Commands.Interactive;

/// <summary>`debugrelay` and `debugrelay tui`: the terminal client.</summary>
internal sealed class TuiCommand
{
    private readonly CommandContext _context;
    private readonly ConnectionOptions _connection = new();
    private readonly Option<string> _recordings = new("--recordings") { HelpName = "DIR", Description = "The folder of recordings to look at; recordings/ if left out", DefaultValueFactory = _ => "recordings" };

    private TuiCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        var command = new Command("tui", "Look into processes on a screen of their own; what `debugrelay` alone does on a terminal");
        new TuiCommand(context).AddTo(command);
        return command;
    }

    /// <summary>The same for `debugrelay` without a verb.</summary>
    public static void AddToRoot(CommandContext context, RootCommand root) => new TuiCommand(context).AddTo(root);

    private void AddTo(Command command)
    {
        _connection.AddTo(command);
        command.Options.Add(_recordings);
        command.SetAction((parsed, interrupted) => Task.FromResult(Run(parsed, interrupted)));
    }

    private int Run(ParseResult parsed, CancellationToken interrupted)
    {
        RequireTerminal(_context.Terminal);
        IReadOnlyList<(string Name, ConnectionSettings Settings)> hosts = _connection.ResolveAll(parsed, _context.Surroundings);
        AskForPassphrases(hosts);
        var library = new RecordingLibrary(parsed.GetRequiredValue(_recordings), hosts[0].Settings, _context.Surroundings);
        Show(hosts, library, _context, interrupted);
        return ExitCode.Done;
    }

    /// <summary>Once the screens are there, nobody can be asked on the terminal: the answers are kept until then. What is wrong with a file shows at its host.</summary>
    private static void AskForPassphrases(IReadOnlyList<(string Name, ConnectionSettings Settings)> hosts)
    {
        foreach ((_, ConnectionSettings settings) in hosts.Where(host => CredentialFile.MayNeedPassphrase(host.Settings.CertificateFile, host.Settings.KeyFile)))
        {
            try
            {
                ClientCredentials.Load(settings).Dispose();
            }
            catch (UsageException)
            {
                // The screen says so.
            }
        }
    }

    /// <exception cref="UsageException">There is none: without one the library would hang.</exception>
    public static void RequireTerminal(Text.Terminal terminal)
    {
        if (!terminal.IsOutputScreen || Console.IsInputRedirected)
            throw new UsageException("the screens need a terminal for input and output", "see `debugrelay --help` for the verbs, which work in pipes");
    }

    /// <summary>Shows the screens until the user leaves.</summary>
    public static void Show(IReadOnlyList<(string Name, ConnectionSettings Settings)> hosts, RecordingLibrary library, CommandContext context, CancellationToken interrupted)
    {
        AgentRelay[] relays = [.. hosts.Select(host => new AgentRelay(host.Name, host.Settings, context.Surroundings.ReceiptsFolder))];
        var shell = new Shell(relays, library, TimeProvider.System);
        shell.Start();
        FirstPicture.Write(shell, context.Terminal.Output, Text.Terminal.Columns, Text.Terminal.Rows);
        TuiApplication.Run(shell, context.Terminal.HasColours, interrupted);
        // The sessions are closed as they should be, so that their recordings have their ends.
        shell.DisposeAsync().AsTask().GetAwaiter().GetResult();
        foreach (AgentRelay relay in relays)
            relay.Dispose();
    }
}
