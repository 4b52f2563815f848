using System.CommandLine;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Policy;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Grants;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Access;

/// <summary>`access inbox`: the requests that wait on a host. Approvers see all (and answer with `access approve --id`), requesters see their own and fetch grants with -o.</summary>
internal sealed class AccessInboxCommand
{
    private readonly CommandContext _context;
    private readonly ConnectionOptions _connection = new();
    private readonly Option<string> _id = new("--id") { HelpName = "ID", Description = "One request alone: show it, or fetch its grant with -o" };
    private readonly Option<string> _output = new("-o", "--output") { HelpName = "FILE", Description = "Where to write the grant of --id; its signatures beside it as .p7s" };
    private readonly Option<bool> _force = CommonOptions.Force();
    private readonly Option<bool> _json = CommonOptions.Json();

    private AccessInboxCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        var inbox = new AccessInboxCommand(context);
        var command = new Command("inbox", "See the requests that wait on a host, or fetch a grant from there");
        foreach (Option option in (Option[])[inbox._id, inbox._output, inbox._force, inbox._json])
            command.Options.Add(option);
        inbox._connection.AddTo(command);
        command.SetAction(inbox.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        string? id = parsed.GetValue(_id);
        if (id is null && parsed.GetValue(_output) is not null)
            throw new UsageException("which request is meant?", "give --id ID; `debugrelay access inbox` lists them");
        return await _context.WithSessionAsync(parsed, _connection, WorkAsync, interrupted);

        async Task<int> WorkAsync(Session session, ParseResult _, CancellationToken stop)
        {
            InboxLetter[] letters = await session.CallInboxAsync(new InboxCall(InboxAction.List), stop);
            if (id is null)
                return List(letters, parsed.GetValue(_json), session.Hello.Host);
            return Show(Find(letters, id, session.Hello.Host), parsed);
        }
    }

    /// <exception cref="UsageException">There is none.</exception>
    public static InboxLetter Find(InboxLetter[] letters, string id, string host) => letters.FirstOrDefault(each => each.Id == id)
        ?? throw new UsageException($"no request {id} waits on {host} that you may see", "see `debugrelay access inbox`");

    private int Show(InboxLetter letter, ParseResult parsed)
    {
        if (letter.Grant is not { } grant)
        {
            if (parsed.GetValue(_output) is not null)
                throw new LocalException($"nobody has approved request {letter.Id} yet", "ask an approver, or wait");
            AccessText.Write(_context.Terminal, GrantMaking.ParseRequest(letter.Id, letter.Document));
            return ExitCode.Done;
        }
        if (parsed.GetValue(_output) is { } path)
        {
            bool force = parsed.GetValue(_force);
            AccessFile.Write(path, grant.Document, force);
            AccessFile.Write(GrantFile.SignaturesOf(path), grant.Signatures, force);
            _context.Terminal.Output.WriteLine($"made {path} and {GrantFile.SignaturesOf(path)}");
        }
        var files = new GrantFiles(grant.Document, grant.Signatures);
        AccessText.Write(_context.Terminal, GrantCheck.Parse(files));
        AccessText.Line(_context.Terminal, "signatures", $"{Signatures(files)}");
        return ExitCode.Done;
    }

    private int List(InboxLetter[] letters, bool json, string host)
    {
        if (json)
        {
            _context.Terminal.Output.WriteLine(JsonSerializer.Serialize(letters, OutputJson.Default.InboxLetterArray));
            return ExitCode.Done;
        }
        if (letters.Length == 0)
        {
            _context.Terminal.Output.WriteLine($"no request waits on {Table.Printable(host)} that you may see");
            return ExitCode.Done;
        }
        var table = new Table("ID", "WHO", "WANTS", "WITH", "WHY", "SIGNED");
        foreach (InboxLetter letter in letters)
        {
            if (TryParse(letter) is { } request)
            {
                table.Add(
                    letter.Id, request.Scope.Requester.Value, string.Join(' ', request.Scope.Operations), string.Join(", ", request.Scope.Processes),
                    request.Scope.Incident is { } incident ? $"{request.Scope.Reason} ({incident})" : request.Scope.Reason,
                    letter.Grant is { } grant ? Signatures(new GrantFiles(grant.Document, grant.Signatures)) : "no");
            }
        }
        foreach (string line in table.Lines())
            _context.Terminal.Output.WriteLine(line);
        return ExitCode.Done;
    }

    // What the host keeps was checked there; here it is only shown.
    private static GrantRequest? TryParse(InboxLetter letter)
    {
        try
        {
            return GrantRequest.Parse(letter.Document);
        }
        catch (DocumentException)
        {
            return null;
        }
    }

    private static string Signatures(GrantFiles grant)
    {
        try
        {
            using DetachedSignature signature = DetachedSignature.Verify(grant.Document, grant.Signatures);
            return signature.Signers.Count == 1 ? "by 1" : $"by {signature.Signers.Count}";
        }
        catch (SignatureException)
        {
            return "not so that it holds";
        }
    }
}
