using System.CommandLine;
using System.CommandLine.Help;
using DebugRelay.Cli.Commands.Access;
using DebugRelay.Cli.Commands.Audit;
using DebugRelay.Cli.Commands.Counters;
using DebugRelay.Cli.Commands.Demo;
using DebugRelay.Cli.Commands.Deny;
using DebugRelay.Cli.Commands.Dump;
using DebugRelay.Cli.Commands.Fleets;
using DebugRelay.Cli.Commands.Interactive;
using DebugRelay.Cli.Commands.Policies;
using DebugRelay.Cli.Commands.Scrub;
using DebugRelay.Cli.Commands.Sessions;
using DebugRelay.Cli.Commands.Trace;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;

namespace DebugRelay.Cli.Commands;

/// <summary>The whole command line: parse, run, tell what failed.</summary>
internal static class CommandLine
{
    /// <param name="args">As the shell gave them.</param>
    /// <param name="terminal">Where to write.</param>
    /// <param name="surroundings">The environment and the configuration.</param>
    /// <param name="interrupted">Ctrl-C: stop, and keep what there is.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal, ClientSurroundings surroundings, CancellationToken interrupted)
    {
        try
        {
            // No response files: an argument that begins with @ is what it is.
            ParseResult parsed = Root(new CommandContext(terminal, surroundings), args).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            // What a shell wants completed is half written, and so it is wrong.
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction && !Completes(args))
                throw new UsageException(Complaint(parsed), $"see `{PathOf(parsed)} --help`");
            if (parsed is { Action: HelpAction, CommandResult.Command: RootCommand root })
            {
                RootHelp.Write(root, terminal);
                return ExitCode.Done;
            }
            int exitCode = await parsed.InvokeAsync(Invocation(terminal), interrupted);
            if (parsed.Action is HelpAction)
                WriteExamples(PathOf(parsed), terminal);
            return exitCode;
        }
        catch (Exception error)
        {
            return Tell(Failure.Of(error), terminal);
        }
    }

    private static void WriteExamples(string path, Terminal terminal)
    {
        string[] examples = [.. Examples.Of(path.StartsWith("debugrelay ", StringComparison.Ordinal) ? path["debugrelay ".Length..] : "")];
        if (examples.Length == 0)
            return;
        terminal.Output.WriteLine("Examples:");
        foreach (string example in examples)
            terminal.Output.WriteLine($"  {example}");
        terminal.Output.WriteLine();
    }

    /// <summary>All commands, in the order of the help text. A test holds the names against the commands' own.</summary>
    internal static Verb[] Verbs { get; } =
    [
        new("demo", DemoCommand.Create),
        new("tui", TuiCommand.Create),
        new("whoami", WhoAmICommand.Create),
        new("hosts", HostsCommand.Create),
        new("ps", ProcessesCommand.Create),
        new("counters", CountersCommand.Create),
        new("trace", TraceCommand.Create),
        new("stacks", StacksCommand.Create),
        new("gcdump", GcDumpCommand.Create),
        new("logs", LogsCommand.Create),
        new("exceptions", ExceptionsCommand.Create),
        new("env", EnvironmentCommand.Create),
        new("dump", DumpCommand.Create),
        new("forward", ForwardCommand.Create),
        new("access", AccessCommand.Create),
        new("recording", RecordingCommand.Create),
        new("scrub", ScrubCommand.Create),
        new("sessions", SessionsCommand.Create),
        new("deny", DenyCommand.Create),
        new("fleet", FleetCommand.Create),
        new("policy", PolicyCommand.Create),
        new("audit", AuditCommand.Create),
        new("inventory", InventoryCommand.Create),
        new("pki", PkiCommand.Create),
        new("completion", CompletionCommand.Create),
    ];

    /// <summary>What is not named is not built, where a command is: it costs every start of the client a third of its time.</summary>
    private static RootCommand Root(CommandContext context, IReadOnlyList<string> args)
    {
        var root = new RootCommand("Looks into .NET processes on production hosts: authenticated, scrubbed, recorded.");
        bool isNamed = !Completes(args) && Array.Exists(Verbs, verb => args.Contains(verb.Name));
        foreach (Verb verb in Verbs)
        {
            if (!isNamed || args.Contains(verb.Name))
                root.Subcommands.Add(verb.Create(context));
        }
        if (context.Terminal.IsOutputScreen)
            TuiCommand.AddToRoot(context, root);
        return root;
    }

    /// <summary>Whether a shell asks what a line could go on with.</summary>
    private static bool Completes(IReadOnlyList<string> args) => args is [var first, ..] && first.StartsWith("[suggest", StringComparison.Ordinal);

    // Failures and interrupts are ours: the library would print stack traces and end the process while a trace is still being stopped.
    private static InvocationConfiguration Invocation(Terminal terminal) => new()
    {
        Output = terminal.Output,
        Error = terminal.Error,
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };

    // An unknown word is behind most of the library's other complaints.
    private static string Complaint(ParseResult parsed)
        => parsed.UnmatchedTokens is [var unknown, ..] ? $"'{unknown}' is no command or option here" : parsed.Errors[0].Message.TrimEnd('.');

    private static string PathOf(ParseResult parsed)
    {
        string path = "";
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult; at is System.CommandLine.Parsing.CommandResult command; at = at.Parent)
            path = $"{(command.Command is RootCommand ? "debugrelay" : command.Command.Name)} {path}";
        return path.TrimEnd();
    }

    private static int Tell(Failure failure, Terminal terminal)
    {
        terminal.Error.WriteLine($"error: {Table.Printable(failure.What)}");
        if (failure.ToDo is { } toDo)
            terminal.Error.WriteLine($"  {Table.Printable(toDo)}");
        return failure.ExitCode;
    }
}

/// <summary>One command of the first level.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Create">Builds it, with all below it.</param>
internal sealed record Verb(string Name, Func<CommandContext, Command> Create);
