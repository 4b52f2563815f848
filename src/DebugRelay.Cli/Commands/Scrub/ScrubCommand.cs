using System.Buffers;
using System.CommandLine;
using System.Text;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Scrubbing;

namespace DebugRelay.Cli.Commands.Scrub;

/// <summary>`scrub`: what a profile does to a file, tried without an agent.</summary>
internal static class ScrubCommand
{
    public static Command Create(CommandContext context)
    {
        var input = new Argument<string>("IN") { Description = "A .nettrace or a text file, judged by what it holds" };
        var output = new Argument<string>("OUT") { Description = "The scrubbed file; only you may read it" };
        var profile = new Option<string>("--profile") { HelpName = "P", Description = "The scrub profile", DefaultValueFactory = _ => "default" };
        var report = new Option<string>("--report") { HelpName = "FILE", Description = "Write the counts by rule and provider as JSON" };
        Option<bool> force = CommonOptions.Force();
        var command = new Command("scrub", "Scrub a trace or a text file on this machine") { input, output, profile, report, force };
        command.SetAction(async (parsed, interrupted) =>
        {
            var order = new Order(parsed.GetRequiredValue(input), parsed.GetRequiredValue(output), parsed.GetValue(report), parsed.GetValue(force));
            return await RunAsync(order, Load(parsed.GetRequiredValue(profile)), context.Terminal, interrupted);
        });
        return command;
    }

    private static async Task<int> RunAsync(Order order, ScrubProfile profile, Terminal terminal, CancellationToken interrupted)
    {
        await using FileStream input = Open(order.Input);
        if (order.Report is { } path)
            ResultFile.Check(path, order.Overwrite);
        await using ResultFile output = ResultFile.Create(order.Output, order.Overwrite);
        ScrubOutcome outcome = await new FileScrubber(profile).ScrubAsync(input, output, interrupted);
        if (outcome.Fault is { } fault)
            throw new LocalException(fault, $"what came before is scrubbed and kept in {output.PartialPath}");
        await output.FinishAsync();
        if (order.Report is { } file)
            await WriteReportAsync(file, order.Overwrite, outcome.Report, interrupted);
        terminal.Output.WriteLine($"masked {Counts(outcome.Report)}");
        return ExitCode.Done;
    }

    /// <exception cref="UsageException">There is no such profile.</exception>
    /// <exception cref="LocalException">A made-up secret came through.</exception>
    private static ScrubProfile Load(string name)
    {
        try
        {
            ScrubProfile profile = ScrubProfile.Load(name);
            return Canaries.Survivors(profile) is [var survivor, ..]
                ? throw new LocalException($"the self-test failed: a made-up secret of the rule {survivor} came through", "do not use this build")
                : profile;
        }
        catch (ScrubProfileException error)
        {
            throw new UsageException(error.Message.TrimEnd('.'), "see `debugrelay scrub --help`", error);
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {error.Message}", "give a file that exists and that you may read", error);
        }
    }

    private static async Task WriteReportAsync(string path, bool overwrite, ScrubReport report, CancellationToken cancellation)
    {
        await using ResultFile file = ResultFile.Create(path, overwrite);
        await file.AppendAsync(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(report.ToJson() + "\n")), cancellation);
        await file.FinishAsync();
    }

    private static string Counts(ScrubReport report)
        => report.Total == 0 ? "nothing" : string.Join(", ", report.Rules.Select(rule => $"{rule.Key} {rule.Value}"));

    private sealed record Order(string Input, string Output, string? Report, bool Overwrite);
}
