using System.CommandLine;
using System.Globalization;
using System.Text;
using DebugRelay.Audit;
using DebugRelay.Audit.Output;
using DebugRelay.Audit.Suppressions;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Surfaces.Catalogue;

namespace DebugRelay.Cli.Commands.Audit;

/// <summary>`audit`: every debug surface in a tree, before it ships.</summary>
internal static class AuditCommand
{
    private const string Help = """
        Find the debug surfaces in a repository, a publish folder or an unpacked image.

        Exit codes: 0 clean, 4 something at or above --fail-on, 1 something could not be read, 2 usage.

        Examples:
          debugrelay audit .
          debugrelay audit publish --format sarif -o audit.sarif
          debugrelay audit . --write-baseline audit-baseline.json --owner web-team --reason "before 2.0" --expires 2027-01-31
          debugrelay audit . --baseline audit-baseline.json --fail-on medium
          debugrelay audit --explain DBG110
        """;

    public static Command Create(CommandContext context)
    {
        var path = new Argument<string?>("PATH") { Description = "A folder or a file", Arity = ArgumentArity.ZeroOrOne };
        var format = new Option<string>("--format") { HelpName = "FORMAT", Description = "text, json or sarif", DefaultValueFactory = _ => "text" };
        var output = new Option<string>("--output", "-o") { HelpName = "FILE", Description = "Write the report there instead of to the terminal" };
        var failOn = new Option<string>("--fail-on") { HelpName = "LEVEL", Description = "note, low, medium, high, critical, or never", DefaultValueFactory = _ => "high" };
        var baseline = new Option<string>("--baseline") { HelpName = "FILE", Description = "Findings that are accepted, with owner, reason and end" };
        var exclude = new Option<string[]>("--exclude") { HelpName = "PATTERN", Description = "Leave paths out, with *; may be repeated", DefaultValueFactory = _ => [] };
        var strict = new Option<bool>("--strict") { Description = "Also report what a hardened build would have" };
        var horizon = new Option<int>("--horizon") { HelpName = "DAYS", Description = "How far away the end of a suppression may be", DefaultValueFactory = _ => 90 };
        var explain = new Option<string>("--explain") { HelpName = "RULE", Description = "Say what a rule means and what to do" };
        var list = new Option<string>("--list") { HelpName = "FORMAT", Description = "Print the catalogue: markdown" };
        var write = new Option<string>("--write-baseline") { HelpName = "FILE", Description = "Accept what is found now; needs --owner, --reason and --expires" };
        var owner = new Option<string>("--owner") { HelpName = "NAME", Description = "Who accepts it" };
        var reason = new Option<string>("--reason") { HelpName = "TEXT", Description = "Why" };
        var expires = new Option<string>("--expires") { HelpName = "YYYY-MM-DD", Description = "The last day on which it is accepted" };
        Option<bool> force = CommonOptions.Force();
        var command = new Command("audit", Help) { path, format, output, failOn, baseline, exclude, strict, horizon, explain, list, write, owner, reason, expires, force };
        command.SetAction((parsed, interrupted) =>
        {
            if (parsed.GetValue(explain) is { } id)
                return Task.FromResult(Explain(id, context.Terminal));
            if (parsed.GetValue(list) is { } form)
                return Task.FromResult(List(form, context.Terminal));
            var options = new AuditOptions
            {
                Exclude = parsed.GetRequiredValue(exclude),
                Baseline = parsed.GetValue(baseline) is { } file ? Usage(() => Baseline.Load(file)) : null,
                Horizon = parsed.GetRequiredValue(horizon),
                IsStrict = parsed.GetValue(strict),
            };
            Severity? level = Level(parsed.GetRequiredValue(failOn));
            Action<AuditResult, Stream> writer = Writer(parsed.GetRequiredValue(format));
            string root = parsed.GetValue(path) ?? throw new UsageException("audit needs a PATH", "give a folder: `debugrelay audit .`");
            AuditResult result = Usage(() => Auditor.Run(root, options, interrupted));
            if (parsed.GetValue(write) is { } target)
                return WriteBaselineAsync(result, target, parsed.GetValue(owner), parsed.GetValue(reason), parsed.GetValue(expires), options, parsed.GetValue(force), context.Terminal);
            return ReportAsync(result, level, writer, parsed.GetValue(output), parsed.GetValue(force), context.Terminal);
        });
        return command;
    }

    private static async Task<int> ReportAsync(AuditResult result, Severity? level, Action<AuditResult, Stream> writer, string? file, bool overwrite, Terminal terminal)
    {
        using var report = new MemoryStream();
        writer(result, report);
        if (file is null)
        {
            terminal.Output.Write(Encoding.UTF8.GetString(report.GetBuffer(), 0, (int)report.Length));
        }
        else
        {
            await using ResultFile target = ResultFile.Create(file, overwrite);
            await target.AppendAsync(new System.Buffers.ReadOnlySequence<byte>(report.GetBuffer(), 0, (int)report.Length), CancellationToken.None);
            await target.FinishAsync();
            terminal.Output.WriteLine(TextReport.Summary(result));
        }
        // What was found counts more than what could not be read.
        return level is { } at && result.Fails(at) ? ExitCode.Found : result.IsIncomplete ? ExitCode.Failed : ExitCode.Done;
    }

    private static async Task<int> WriteBaselineAsync(AuditResult result, string file, string? owner, string? reason, string? expires, AuditOptions options, bool overwrite, Terminal terminal)
    {
        if (string.IsNullOrWhiteSpace(owner) || string.IsNullOrWhiteSpace(reason) || !DateOnly.TryParseExact(expires, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
            throw new UsageException("a baseline needs --owner, --reason and --expires YYYY-MM-DD", "what is accepted without a name, a reason and an end is accepted for ever by nobody");
        if (day > options.Today.AddDays(options.Horizon))
            throw new UsageException($"{expires} is more than {options.Horizon} days away", "choose a nearer day, or a longer --horizon here and in every later audit");
        string text = Baseline.Write(result.Open, owner, reason, day);
        await using ResultFile target = ResultFile.Create(file, overwrite);
        await target.AppendAsync(new System.Buffers.ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text)), CancellationToken.None);
        await target.FinishAsync();
        terminal.Output.WriteLine($"{result.Open.Count()} findings are accepted until {expires} in {file}");
        return ExitCode.Done;
    }

    private static int Explain(string id, Terminal terminal)
    {
        SurfaceRule rule = SurfaceCatalogue.Find(id) ?? throw new UsageException($"there is no rule {id}", "see them all with `debugrelay audit --list markdown`");
        terminal.Output.Write(RulesPage.Explain(rule));
        return ExitCode.Done;
    }

    private static int List(string format, Terminal terminal)
    {
        if (format != "markdown")
            throw new UsageException($"'{format}' is no format of the catalogue", "write --list markdown");
        terminal.Output.Write(RulesPage.Markdown());
        return ExitCode.Done;
    }

    private static Severity? Level(string name) => name.ToLowerInvariant() switch
    {
        "note" => Severity.Note,
        "low" => Severity.Low,
        "medium" => Severity.Medium,
        "high" => Severity.High,
        "critical" => Severity.Critical,
        "never" => null,
        _ => throw new UsageException($"'{name}' is no level", "write note, low, medium, high, critical or never"),
    };

    private static Action<AuditResult, Stream> Writer(string format) => format switch
    {
        "text" => (result, output) =>
        {
            using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true);
            TextReport.Write(result, writer);
        },
        "json" => JsonReport.Write,
        "sarif" => (result, output) => SarifReport.Write(result, typeof(AuditCommand).Assembly.GetName().Version!.ToString(3), output),
        _ => throw new UsageException($"'{format}' is no format of a report", "write text, json or sarif"),
    };

    private static T Usage<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (AuditException error)
        {
            throw new UsageException(error.Message, "see `debugrelay audit --help`", error);
        }
    }
}
