using System.CommandLine;
using System.CommandLine.Help;
using DebugRelay.Cli.Commands.Access;
using DebugRelay.Cli.Commands.Audit;
using DebugRelay.Cli.Commands.Counters;
using DebugRelay.Cli.Commands.Demo;
using DebugRelay.Cli.Commands.Deny;
using DebugRelay.Cli.Commands.Dump;
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
            ParseResult parsed = Root(new CommandContext(terminal, surroundings)).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            // What a shell wants completed is half written, and so it is wrong.
            bool completes = args is [var first, ..] && first.StartsWith("[suggest", StringComparison.Ordinal);
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction && !completes)
                throw new UsageException(Complaint(parsed), $"see `{PathOf(parsed)} --help`");
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

    private static RootCommand Root(CommandContext context)
    {
        var root = new RootCommand("Looks into .NET processes on production hosts: authenticated, scrubbed, recorded.");
        root.Subcommands.Add(DemoCommand.Create(context));
        root.Subcommands.Add(TuiCommand.Create(context));
        root.Subcommands.Add(WhoAmICommand.Create(context));
        root.Subcommands.Add(HostsCommand.Create(context));
        root.Subcommands.Add(ProcessesCommand.Create(context));
        root.Subcommands.Add(CountersCommand.Create(context));
        root.Subcommands.Add(TraceCommand.Create(context));
        root.Subcommands.Add(StacksCommand.Create(context));
        root.Subcommands.Add(GcDumpCommand.Create(context));
        root.Subcommands.Add(LogsCommand.Create(context));
        root.Subcommands.Add(ExceptionsCommand.Create(context));
        root.Subcommands.Add(EnvironmentCommand.Create(context));
        root.Subcommands.Add(DumpCommand.Create(context));
        root.Subcommands.Add(ForwardCommand.Create(context));
        root.Subcommands.Add(AccessCommand.Create(context));
        root.Subcommands.Add(RecordingCommand.Create(context));
        root.Subcommands.Add(ScrubCommand.Create(context));
        root.Subcommands.Add(SessionsCommand.Create(context));
        root.Subcommands.Add(DenyCommand.Create(context));
        root.Subcommands.Add(PolicyCommand.Create(context));
        root.Subcommands.Add(AuditCommand.Create(context));
        root.Subcommands.Add(InventoryCommand.Create(context));
        root.Subcommands.Add(PkiCommand.Create(context));
        root.Subcommands.Add(CompletionCommand.Create(context));
        if (context.Terminal.IsOutputScreen)
            TuiCommand.AddToRoot(context, root);
        return root;
    }

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
