using System.CommandLine;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands;

/// <summary>`stacks TARGET`: what all threads of a process are doing, equal stacks together.</summary>
internal static class StacksCommand
{
    private const int IdsShown = 8;

    public static Command Create(CommandContext context)
    {
        Argument<string> target = CommonOptions.Target();
        Option<string> sample = CommonOptions.Duration("How long to sample; a quarter of a second if left out");
        Option<bool> json = new("--json") { Description = "Write one JSON object a stack" };
        var command = new Command("stacks", "Show the managed stacks of all threads, equal ones together") { target };
        var connection = new ConnectionOptions();
        command.Options.Add(sample);
        command.Options.Add(json);
        connection.AddTo(command);
        command.SetAction((parsed, interrupted) => context.WithSessionAsync(parsed, connection, ShowAsync, interrupted));
        return command;

        async Task<int> ShowAsync(Session session, ParseResult parsed, CancellationToken interrupted)
        {
            TimeSpan length = parsed.GetValue(sample) is { } given ? Durations.Parse(given) : StackSnapshot.DefaultSample;
            TargetProcess process = await Processes.FindAsync(session, parsed.GetRequiredValue(target), interrupted);
            StackReport report = await StackSnapshot.TakeAsync(session, process, length, interrupted);
            if (parsed.GetValue(json))
                WriteJson(context.Terminal, report);
            else
                WriteTo(context.Terminal, process, report);
            return interrupted.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
        }
    }

    private static void WriteJson(Terminal terminal, StackReport report)
    {
        foreach (StackGroup group in report.Groups)
            terminal.Output.WriteLine(JsonSerializer.Serialize(group, OutputJson.Default.StackGroup));
    }

    private static void WriteTo(Terminal terminal, TargetProcess process, StackReport report)
    {
        terminal.Output.WriteLine($"{Table.Printable(process.Name)} {process.Pid}   {Counted(report.Threads, "thread")}, {Counted(report.Groups.Length, "stack")}");
        foreach (StackGroup group in report.Groups)
        {
            terminal.Output.WriteLine();
            string more = group.Threads.Length > IdsShown ? " …" : "";
            terminal.Output.WriteLine($"{terminal.Bold(Counted(group.Threads.Length, "thread"))}   {terminal.Dim(string.Join(' ', group.Threads.Take(IdsShown)) + more)}");
            foreach (string frame in group.Frames)
                terminal.Output.WriteLine($"  {Table.Printable(frame)}");
        }
    }

    private static string Counted(int count, string what) => $"{Amounts.Count(count)} {what}{(count == 1 ? "" : "s")}";
}
