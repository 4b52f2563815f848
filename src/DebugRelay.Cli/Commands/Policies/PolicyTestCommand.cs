using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Policy;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Cli.Commands.Policies;

/// <summary>`policy test`: what a host would answer, and by which rule.</summary>
internal sealed class PolicyTestCommand
{
    private readonly CommandContext _context;
    private readonly Option<string> _policy = new("--policy") { HelpName = "FILE", Description = "A policy.json" };
    private readonly Option<string> _as = new("--as") { HelpName = "ID", Description = "Who asks: spiffe://…, email:… or cn:…" };
    private readonly Option<string> _operation = new("--operation") { HelpName = "OP", Description = "What is asked: trace, dump.heap, …" };
    private readonly Option<string> _process = new("--process") { HelpName = "P", Description = "Of which process: its name, or its pid where only the number is known" };
    private readonly Option<string> _user = new("--user") { HelpName = "U", Description = "The user who runs the process" };
    private readonly Option<string> _container = new("--container") { HelpName = "C", Description = "The process's container" };
    private readonly Option<string> _host = new("--on") { HelpName = "H", Description = "The host's name; this machine's if left out" };
    private readonly Option<string> _at = new("--at") { HelpName = "TIME", Description = "When, such as 2031-05-06T12:00:00Z; now if left out" };
    private readonly Option<string> _reason = new("--reason") { HelpName = "TEXT", Description = "Why, where a role asks for it" };
    private readonly Option<bool> _unscrubbed = new("--unscrubbed") { Description = "Ask for the data without scrubbing" };
    private readonly Option<bool> _json = CommonOptions.Json();
    private readonly ProfileTest _profile = new();

    private PolicyTestCommand(CommandContext context)
    {
        _context = context;
        // Elsewhere --host is where to connect to; here nobody connects, and the word is free.
        _host.Aliases.Add("--host");
    }

    public static Command Create(CommandContext context)
    {
        var test = new PolicyTestCommand(context);
        var command = new Command("test", "Ask a policy as a host would (exit code 0 allowed, 3 denied), or a scrub profile what it does to a field");
        Option[] options =
            [test._policy, test._as, test._operation, test._process, test._user, test._container, test._host, test._at, test._reason, test._unscrubbed, .. test._profile.Options, test._json];
        foreach (Option option in options)
            command.Options.Add(option);
        command.SetAction(test.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        if (_profile.IsAsked(parsed))
            return _profile.Run(parsed, parsed.GetValue(_json), _context.Terminal);
        PolicyDocument policy = Load(Asked(parsed, _policy));
        if (!PeerIdentity.TryParse(Asked(parsed, _as), out PeerIdentity? identity, out string problem))
            throw new UsageException($"--as {problem}", "write spiffe://DOMAIN/PATH, email:NAME@DOMAIN or cn:NAME");
        AccessRequest request = ReadRequest(parsed);
        DateTimeOffset at = parsed.GetValue(_at) is { } time ? ReadTime(time) : DateTimeOffset.UtcNow;
        PolicyAnswer answer = PolicyAnswer.Of(PolicyEngine.Decide(policy, identity, request, at), PolicyEngine.RolesOf(policy, identity));
        if (parsed.GetValue(_json))
            _context.Terminal.Output.WriteLine(JsonSerializer.Serialize(answer, OutputJson.Default.PolicyAnswer));
        else
            WriteTo(_context.Terminal, answer);
        return answer.Allowed ? ExitCode.Done : ExitCode.Refused;
    }

    /// <exception cref="UsageException">It was left out.</exception>
    private static string Asked(ParseResult parsed, Option<string> option)
        => parsed.GetValue(option) ?? throw new UsageException($"{option.Name} is missing", "give --policy, --as and --operation; or --profile, --provider, --event and --field");

    private static PolicyDocument Load(string path)
    {
        try
        {
            return PolicyCommand.Load(path);
        }
        catch (DocumentException error)
        {
            throw new UsageException($"{path} is no policy: {error.Message}", "see `debugrelay policy check --help`", error);
        }
    }

    private AccessRequest ReadRequest(ParseResult parsed)
    {
        string operation = Asked(parsed, _operation);
        if (!Operations.IsKnown(operation))
            throw new UsageException($"there is no operation {operation}", $"known: {string.Join(", ", Operations.All.Order(StringComparer.Ordinal))}");
        string? process = parsed.GetValue(_process);
        int? pid = int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
        return new AccessRequest
        {
            Operation = operation,
            Unscrubbed = parsed.GetValue(_unscrubbed),
            Reason = parsed.GetValue(_reason),
            Target = new AccessTarget
            {
                Host = parsed.GetValue(_host) ?? Environment.MachineName,
                Pid = pid,
                Name = pid is null ? process : null,
                User = parsed.GetValue(_user),
                Container = parsed.GetValue(_container),
            },
        };
    }

    private static DateTimeOffset ReadTime(string text)
        => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : throw new UsageException($"--at: '{text}' is no time", "write 2031-05-06T12:00:00Z");

    private static void WriteTo(Terminal terminal, PolicyAnswer answer)
    {
        terminal.Output.WriteLine($"{(answer.Allowed ? "allowed" : "denied")}: {Table.Printable(answer.Reason)}");
        terminal.Output.WriteLine($"  roles: {(answer.Roles.Length == 0 ? "none" : string.Join(", ", answer.Roles))}");
        if (answer.ApproversNeeded is { } approvers)
            terminal.Output.WriteLine($"  a grant by {approvers} approver{(approvers == 1 ? "" : "s")} would allow it");
        if (answer.Limits is not { } limits)
            return;
        terminal.Output.WriteLine($"  session {limits.Session}, idle {limits.Idle}, {limits.Sessions} at once, {Amounts.Bytes(limits.Bytes)}, dumps {limits.Dumps}");
        terminal.Output.WriteLine($"  trace buffer {Amounts.Bytes(limits.TraceBuffer)}, providers {Table.Printable(string.Join(", ", limits.Providers))}");
    }
}

/// <summary>What `policy test --json` gives.</summary>
/// <param name="Allowed">Whether a host would go ahead.</param>
/// <param name="Reason">One clause that names the rule.</param>
/// <param name="Role">The role that decided; null when none speaks of the request.</param>
/// <param name="Roles">All roles of the identity.</param>
/// <param name="ApproversNeeded">How many approvers a grant would need; null when none would help, or none is needed.</param>
/// <param name="NotAfter">When a session that begins then ends at the latest; null when denied.</param>
/// <param name="Limits">What holds; null when denied.</param>
internal sealed record PolicyAnswer(bool Allowed, string Reason, string? Role, string[] Roles, int? ApproversNeeded, DateTimeOffset? NotAfter, PolicyAnswerLimits? Limits)
{
    public static PolicyAnswer Of(Decision decision, IReadOnlyList<Role> roles) => new(
        decision.Allowed, decision.Reason, decision.Role, [.. roles.Select(role => role.Name)], decision.ApproversNeeded, decision.NotAfter,
        decision.Limits is { } limits ? PolicyAnswerLimits.Of(limits) : null);
}

/// <summary>The limits of an answer; sizes in bytes.</summary>
internal sealed record PolicyAnswerLimits(TimeSpan Session, TimeSpan Idle, int Sessions, long Bytes, int Dumps, long TraceBuffer, string[] Providers)
{
    public static PolicyAnswerLimits Of(RoleLimits limits) => new(
        limits.Session, limits.Idle, limits.Sessions, limits.Bytes, limits.Dumps, limits.TraceBuffer, [.. limits.Providers.Patterns.Select(pattern => pattern.ToString())]);
}
