using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;
using DebugRelay.Scrubbing;

namespace DebugRelay.Cli.Commands.Scrub;

/// <summary>`scrub`: what a profile does to a file, tried without an agent.</summary>
internal static class ScrubCommand
{
    public static Command Create(CommandContext context)
    {
        var input = new Argument<string>("IN") { Description = "A .nettrace, a dump or a text file, judged by what it holds" };
        var output = new Argument<string>("OUT") { Description = "The scrubbed file; only you may read it" };
        var profile = new Option<string>("--profile") { HelpName = "P", Description = "The scrub profile", DefaultValueFactory = _ => "default" };
        var report = new Option<string>("--report") { HelpName = "FILE", Description = "Write what was done as JSON: counts, never values" };
        var literals = new Option<bool>("--mask-literals") { Description = "Of a dump: mask the program's literals too" };
        var fields = new Option<bool>("--mask-fields") { Description = "Of a dump: keep only references of the program's own objects, and mask numbers in boxes and arrays" };
        var runtime = new Option<string>("--runtime") { HelpName = "DIR", Description = "Of a dump: the folder of its .NET runtime, where that is not installed here" };
        Option<bool> force = CommonOptions.Force();
        var command = new Command("scrub", "Scrub a trace, a dump or a text file on this machine") { input, output, profile, report, literals, fields, runtime, force };
        command.SetAction(async (parsed, interrupted) =>
        {
            var choices = new DumpChoices(parsed.GetValue(literals), parsed.GetValue(fields), parsed.GetValue(runtime));
            var order = new Order(parsed.GetRequiredValue(input), parsed.GetRequiredValue(output), parsed.GetValue(report), parsed.GetValue(force), choices);
            return await RunAsync(order, Load(parsed.GetRequiredValue(profile)), context.Terminal, interrupted);
        });
        return command;
    }

    private static async Task<int> RunAsync(Order order, ScrubProfile profile, Terminal terminal, CancellationToken interrupted)
    {
        await using FileStream input = Open(order.Input);
        if (order.Report is { } path)
            ResultFile.Check(path, order.Overwrite);
        FileKind kind = await FileScrubber.KindAsync(input, interrupted);
        if (kind == FileKind.Dump)
            return await RunDumpAsync(order, terminal, interrupted);
        await using ResultFile output = ResultFile.Create(order.Output, order.Overwrite);
        ScrubOutcome outcome = await new FileScrubber(profile).ScrubAsync(kind, input, output, interrupted);
        if (outcome.Fault is { } fault)
            throw new LocalException(fault, $"what came before is scrubbed and kept in {output.PartialPath}");
        await output.FinishAsync();
        if (order.Report is { } file)
            await WriteReportAsync(file, order.Overwrite, outcome.Report.ToJson(), interrupted);
        terminal.Output.WriteLine($"masked {Counts(outcome.Report)}");
        return ExitCode.Done;
    }

    private static async Task<int> RunDumpAsync(Order order, Terminal terminal, CancellationToken interrupted)
    {
        ResultFile.Check(order.Output, order.Overwrite);
        DumpReport report = await new DumpScrubber(terminal).ScrubAsync(order.Input, order.Output, order.Overwrite, order.Dump, interrupted);
        if (order.Report is { } file)
            await WriteReportAsync(file, order.Overwrite, JsonSerializer.Serialize(report, ProtocolJson.Default.DumpReport), interrupted);
        DumpSummary.Write(report, terminal.Output);
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

    private static async Task WriteReportAsync(string path, bool overwrite, string report, CancellationToken cancellation)
    {
        await using ResultFile file = ResultFile.Create(path, overwrite);
        await file.AppendAsync(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(report + "\n")), cancellation);
        await file.FinishAsync();
    }

    private static string Counts(ScrubReport report)
        => report.Total == 0 ? "nothing" : string.Join(", ", report.Rules.Select(rule => $"{rule.Key} {rule.Value}"));

    private sealed record Order(string Input, string Output, string? Report, bool Overwrite, DumpChoices Dump);
}
