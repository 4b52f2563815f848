using System.CommandLine;
using System.Text.Json;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Policy;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Cli.Commands.Policies;

/// <summary>`policy check FILE`: whether a host would take it, and what in it does nothing.</summary>
internal static class PolicyCheckCommand
{
    public static Command Create(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "A policy.json" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("check", "Say what a host would refuse, and what can never apply: exit code 4 where there is anything") { file, json };
        command.SetAction(parsed =>
        {
            PolicyReport report = Check(parsed.GetRequiredValue(file));
            if (parsed.GetValue(json))
                context.Terminal.Output.WriteLine(JsonSerializer.Serialize(report, OutputJson.Default.PolicyReport));
            else
                WriteTo(context.Terminal, report);
            return report.Findings.Length == 0 ? ExitCode.Done : ExitCode.Found;
        });
        return command;
    }

    private static PolicyReport Check(string path)
    {
        try
        {
            PolicyDocument policy = PolicyCommand.Load(path);
            return new PolicyReport(path, Valid: true, [.. PolicyReview.Review(policy)]);
        }
        catch (DocumentException error)
        {
            return new PolicyReport(path, Valid: false, [new PolicyFinding("invalid", error.Path, $"line {error.Line}: {error.Problem}")]);
        }
    }

    private static void WriteTo(Terminal terminal, PolicyReport report)
    {
        foreach (PolicyFinding finding in report.Findings)
            terminal.Output.WriteLine($"{finding.Rule.PadRight(14)}{Table.Printable(finding.Path)}: {Table.Printable(finding.Problem)}");
        string verdict = !report.Valid ? "not a policy: a host keeps the one that it has"
            : report.Findings.Length == 0 ? "OK"
            : $"a host takes it; {report.Findings.Length} to look at";
        terminal.Output.WriteLine($"{Table.Printable(report.File)}: {verdict}");
    }
}

/// <summary>What `policy check --json` gives.</summary>
/// <param name="File">As it was named.</param>
/// <param name="Valid">Whether a host would take it.</param>
/// <param name="Findings">What is wrong with it.</param>
internal sealed record PolicyReport(string File, bool Valid, PolicyFinding[] Findings);
