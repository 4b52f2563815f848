using System.CommandLine;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Policy;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Revocation;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Cli.Commands.Access;

/// <summary>`access verify GRANT`: the judgement that a host passes, as far as it can be passed from here: not whether it is used up.</summary>
internal sealed class AccessVerifyCommand
{
    private readonly CommandContext _context;
    private readonly Argument<string> _file = new("GRANT") { Description = "grant.json; grant.p7s lies beside it" };
    private readonly CaOption _ca = new();
    private readonly Option<string[]> _crl = new("--crl") { HelpName = "FILE", Description = "Revocation lists, PEM or DER", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string> _policy = new("--policy") { HelpName = "FILE", Description = "The hosts' policy.json: who is an approver. Left out, every certificate for approving counts" };
    private readonly Option<int> _approvers = new("--approvers") { HelpName = "N", Description = "How many distinct approvers it must have", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _json = CommonOptions.Json();

    private AccessVerifyCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        var verify = new AccessVerifyCommand(context);
        var command = new Command("verify", "Judge a grant: its signatures, its approvers, its time") { verify._file };
        foreach (Option option in (Option[])[verify._ca.Option, verify._crl, verify._policy, verify._approvers, verify._json])
            command.Options.Add(option);
        command.SetAction(verify.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        GrantFiles files = GrantFile.Load(parsed.GetRequiredValue(_file));
        GrantVerdict verdict = Judge(parsed, files);
        if (parsed.GetValue(_json))
            _context.Terminal.Output.WriteLine(JsonSerializer.Serialize(verdict, OutputJson.Default.GrantVerdict));
        else
            Tell(verdict, GrantCheck.Parse(files));
        return verdict.Ok ? ExitCode.Done : ExitCode.Found;
    }

    private GrantVerdict Judge(ParseResult parsed, GrantFiles files)
    {
        (PolicyDocument policy, TrustStore trust) = LoadTrust(parsed);
        string id = GrantCheck.Parse(files).Id;
        try
        {
            DateTimeOffset now = DateTimeOffset.UtcNow;
            CheckedGrant grant = GrantCheck.Verify(files, policy, trust, DenyList.None, now);
            int needed = parsed.GetValue(_approvers);
            string? problem = grant.TimeProblem(now) is { } time ? $"it {time}"
                : grant.Approvers.Count < needed ? $"it has {grant.Approvers.Count} of {needed} approvers"
                : null;
            return new GrantVerdict(problem is null, id, problem, [.. grant.Approvers.Select(approver => approver.Value)], [.. grant.NotCounted]);
        }
        catch (GrantException error)
        {
            return new GrantVerdict(false, id, error.Message, [], []);
        }
    }

    private (PolicyDocument Policy, TrustStore Trust) LoadTrust(ParseResult parsed)
    {
        try
        {
            var trust = TrustStore.Load(_ca.Resolve(parsed, _context.Surroundings), parsed.GetValue(_crl) ?? []);
            return (parsed.GetValue(_policy) is { } path ? PolicyDocument.Parse(File.ReadAllBytes(path)) : Anybody, trust);
        }
        catch (Exception error) when (error is TrustException or DocumentException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException(error.Message, "see --ca, --crl and --policy", error);
        }
    }

    // Without a policy nobody is excluded but the requester: the certificates alone are judged.
    private static PolicyDocument Anybody => PolicyDocument.Empty with { ApproversAreAny = true };

    private void Tell(GrantVerdict verdict, GrantDocument grant)
    {
        Terminal terminal = _context.Terminal;
        terminal.Output.WriteLine(verdict.Ok ? terminal.Good("OK") : terminal.Bad($"NOT VALID: {Table.Printable(verdict.Problem ?? "")}"));
        AccessText.Write(terminal, grant);
        foreach (string approver in verdict.Approvers)
            AccessText.Line(terminal, "approved by", approver);
        foreach (string other in verdict.NotCounted)
            AccessText.Line(terminal, "not counted", other);
    }
}

/// <summary>What `access verify --json` gives.</summary>
/// <param name="Ok">Whether a host would take it, if its policy asks for no more approvers and it is not used up.</param>
/// <param name="Grant">The grant's id.</param>
/// <param name="Problem">One clause of what is wrong; null when nothing is.</param>
/// <param name="Approvers">The distinct identities that count.</param>
/// <param name="NotCounted">One clause for each signature that does not.</param>
internal sealed record GrantVerdict(bool Ok, string Grant, string? Problem, string[] Approvers, string[] NotCounted);
