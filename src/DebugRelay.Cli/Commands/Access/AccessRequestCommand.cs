using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Policy;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Access;

/// <summary>`access request`: writes down what is wanted, as the host itself names it. The host is asked for the names alone.</summary>
internal sealed class AccessRequestCommand
{
    private readonly CommandContext _context;
    private readonly ConnectionOptions _connection = new();
    private readonly Option<string> _process = new("--process") { HelpName = "PROCESS", Description = "Its pid (this very process), or its name (also after a restart)" };
    private readonly Option<string> _user = new("--user") { HelpName = "NAME", Description = "The user under whom a named process runs, where it does not run now" };
    private readonly Option<string[]> _operations = new("--operation")
    {
        HelpName = "NAME", Description = "Such as dump.heap, trace or unscrubbed; repeat for more", Required = true, AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _for = new("--for") { HelpName = "TIME", Description = $"How long, from the approval on ({Durations.Form})", DefaultValueFactory = _ => "30m" };
    private readonly Option<int> _uses = new("--uses") { HelpName = "N", Description = "How many operations it opens", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _bytes = new("--bytes") { HelpName = "SIZE", Description = "How much may be delivered, such as 2GiB" };
    private readonly Option<string> _seconds = new("--each") { HelpName = "TIME", Description = "How long one operation may take" };
    private readonly Option<string> _output = new("-o", "--output") { HelpName = "FILE", Description = "Where to write the request; request.json if left out" };
    private readonly Option<bool> _send = new("--send") { Description = "Leave the request on the host, where approvers find it with `access inbox`" };
    private readonly Option<bool> _force = CommonOptions.Force();

    private AccessRequestCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        var request = new AccessRequestCommand(context);
        var command = new Command("request", "Write a request for a grant, for approvers to sign");
        foreach (Option option in (Option[])[request._process, request._user, request._operations, request._for, request._uses, request._bytes, request._seconds, request._output, request._send, request._force])
            command.Options.Add(option);
        request._connection.AddTo(command);
        command.SetAction(request.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        string path = parsed.GetValue(_output) ?? "request.json";
        ResultFile.Check(path, parsed.GetValue(_force));
        CheckOperations(parsed);
        return await _context.WithSessionAsync(parsed, _connection, MakeAsync, interrupted);

        async Task<int> MakeAsync(Session session, ParseResult _, CancellationToken stop)
        {
            GrantRequest request = await ReadAsync(session, parsed, stop);
            byte[] bytes = ToUtf8(request);
            AccessFile.Write(path, bytes, parsed.GetValue(_force));
            string sent = "";
            if (parsed.GetValue(_send))
                sent = $" and left it on {session.Hello.Host} as {(await session.CallInboxAsync(new InboxCall(InboxAction.Send, bytes), stop))[0].Id}";
            _context.Terminal.Output.WriteLine($"made {path}{sent}; it gives no right until approvers have signed a grant for it");
            AccessText.Write(_context.Terminal, request);
            return ExitCode.Done;
        }
    }

    private void CheckOperations(ParseResult parsed)
    {
        foreach (string operation in parsed.GetRequiredValue(_operations).Where(operation => !Operations.IsKnown(operation)))
            throw new UsageException($"there is no operation {operation}", $"known: {string.Join(", ", Operations.All.Order(StringComparer.Ordinal))}");
        if (parsed.GetRequiredValue(_operations).Contains(Operations.Unscrubbed) && _connection.Resolve(parsed, _context.Surroundings).Incident is null)
            throw new UsageException("unscrubbed data need an incident", "give --incident ID");
        if (_connection.Resolve(parsed, _context.Surroundings).Reason is null)
            throw new UsageException("approvers want to know why", "give --reason TEXT");
    }

    private async Task<GrantRequest> ReadAsync(Session session, ParseResult parsed, CancellationToken stop)
    {
        ConnectionSettings settings = _connection.Resolve(parsed, _context.Surroundings);
        if (!PeerIdentity.TryParse(session.Opened.Identity, out PeerIdentity? requester, out string problem))
            throw new LocalException($"the host gives you a name that {problem}", null);
        return new GrantRequest
        {
            Id = $"r-{RandomNumberGenerator.GetHexString(12, lowercase: true)}",
            Scope = new GrantScope
            {
                Requester = requester,
                Hosts = [session.Hello.Host],
                Processes = parsed.GetValue(_process) is { } process ? [await FindAsync(session, parsed, process, stop)] : [],
                Operations = [.. parsed.GetRequiredValue(_operations).Distinct()],
                Uses = parsed.GetValue(_uses),
                Bytes = parsed.GetValue(_bytes) is { } size ? ReadSize(size) : null,
                Seconds = parsed.GetValue(_seconds) is { } each ? (int)Math.Min(Durations.Parse(each).TotalSeconds, int.MaxValue) : null,
                Reason = settings.Reason!,
                Incident = settings.Incident,
            },
            For = Durations.Parse(parsed.GetRequiredValue(_for)),
            Made = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()),
        };
    }

    /// <summary>A number means the one process that has it now; a name means the service, whichever process it is by then.</summary>
    private async Task<GrantProcess> FindAsync(Session session, ParseResult parsed, string process, CancellationToken stop)
    {
        bool isPid = int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        if (!isPid && parsed.GetValue(_user) is { } user)
            return GrantProcess.Named(process, user);
        if (isPid)
        {
            TargetProcess found = await Processes.FindAsync(session, process, stop);
            return GrantProcess.One(found.Pid, found.StartTime);
        }
        ListedProcess[] all = await Processes.ListAsync(session, stop);
        (string Name, string User)[] named = [.. Processes.Named([.. all.Select(listed => listed.Process)], process).Select(each => (each.Name, each.User)).Distinct()];
        return named switch
        {
            [] => throw new NoTargetException($"no process {process} on {session.Hello.Host} that you may see", "see the processes with `debugrelay ps`, or say under which --user it will run"),
            [var one] => GrantProcess.Named(one.Name, one.User),
            _ => throw new UsageException($"{process} runs under several users: {string.Join(", ", named.Select(each => Table.Printable(each.User)))}", "say which with --user, or give a pid"),
        };
    }

    private static long ReadSize(string size) => Quantities.TryParseSize(size, out long bytes)
        ? bytes
        : throw new UsageException($"'{size}' is no size", "write bytes, or 64KiB, 10MiB, 2GiB");

    private static byte[] ToUtf8(GrantRequest request)
    {
        try
        {
            return request.ToUtf8();
        }
        catch (DocumentException error)
        {
            throw new UsageException($"this cannot be asked for: {error.Message}", "see `debugrelay access request --help`", error);
        }
    }
}
