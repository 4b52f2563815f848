using System.CommandLine;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Policy;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Grants;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Access;

/// <summary>`access approve FILE`: makes a grant of a request and signs it, or adds a signature to a grant; needs no host. With `--id` a host's inbox has both.</summary>
internal sealed class AccessApproveCommand
{
    private readonly CommandContext _context;
    private readonly Argument<string> _file = new("FILE") { Description = "A request, or a grant that needs one more signature", Arity = ArgumentArity.ZeroOrOne };
    private readonly ConnectionOptions _connection = new();
    private readonly Option<string> _id = new("--id") { HelpName = "ID", Description = "Instead of a file: a request that waits on --host, from `access inbox`" };
    private readonly Option<string> _for = new("--for") { HelpName = "TIME", Description = "Shorter than what is asked" };
    private readonly Option<int?> _uses = new("--uses") { HelpName = "N", Description = "Fewer than what is asked" };
    private readonly Option<string> _output = new("-o", "--output") { HelpName = "FILE", Description = "Where to write the grant; grant.json if left out. Its signatures lie beside it as .p7s" };
    private readonly Option<bool> _force = CommonOptions.Force();

    private AccessApproveCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        var approve = new AccessApproveCommand(context);
        var command = new Command("approve", "Sign a grant for a request, or add a signature to a grant") { approve._file };
        approve._connection.AddTo(command);
        foreach (Option option in (Option[])[approve._id, approve._for, approve._uses, approve._output, approve._force])
            command.Options.Add(option);
        command.SetAction(approve.RunAsync);
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted) => (parsed.GetValue(_file), parsed.GetValue(_id)) switch
    {
        ({ } path, null) => Task.FromResult(ApproveFile(parsed, path)),
        (null, { } id) => _context.WithSessionAsync(parsed, _connection, (session, _, stop) => AnswerAsync(session, parsed, id, stop), interrupted),
        _ => throw new UsageException("a file or --id is needed, and not both", "see `debugrelay access approve --help`"),
    };

    /// <summary>Signs what waits on the host, and leaves the grant there.</summary>
    private async Task<int> AnswerAsync(Session session, ParseResult parsed, string id, CancellationToken stop)
    {
        ConnectionSettings settings = _connection.Resolve(parsed, _context.Surroundings);
        using SigningCertificate approver = SigningCertificate.Load(settings.CertificateFile, settings.KeyFile, settings.AskPassphrase);
        InboxLetter letter = AccessInboxCommand.Find(await session.CallInboxAsync(new InboxCall(InboxAction.List), stop), id, session.Hello.Host);
        GrantFiles grant = letter.Grant is { } earlier
            ? GrantMaking.AddSigner(new GrantFiles(earlier.Document, earlier.Signatures), approver)
            : GrantMaking.Make(GrantMaking.ParseRequest(id, letter.Document), letter.Document, approver, Shorter(parsed), parsed.GetValue(_uses));
        var answer = new InboxCall(InboxAction.Answer, Id: id, Grant: new SignedGrant(grant.Document.ToArray(), grant.Signatures.ToArray()));
        await session.CallInboxAsync(answer, stop);
        _context.Terminal.Output.WriteLine($"signed as {approver.Identity}; the grant waits on {Table.Printable(session.Hello.Host)} for its requester");
        approver.WarnOfEnd(_context.Terminal);
        AccessText.Write(_context.Terminal, GrantCheck.Parse(grant));
        return ExitCode.Done;
    }

    private TimeSpan? Shorter(ParseResult parsed) => parsed.GetValue(_for) is { } time ? Durations.Parse(time) : null;

    private int ApproveFile(ParseResult parsed, string path)
    {
        byte[] bytes = GrantFile.Read(path);
        (string certificate, string key) = _connection.ResolveSigner(parsed, _context.Surroundings);
        using SigningCertificate approver = SigningCertificate.Load(certificate, key, _context.Surroundings.AskPassphrase);
        return IsGrant(bytes) ? AddSigner(parsed, path, bytes, approver) : Approve(parsed, path, bytes, approver);
    }

    private int Approve(ParseResult parsed, string path, byte[] bytes, SigningCertificate approver)
    {
        GrantRequest request = GrantMaking.ParseRequest(path, bytes);
        string output = parsed.GetValue(_output) ?? "grant.json";
        bool force = parsed.GetValue(_force);
        ResultFile.Check(output, force);
        ResultFile.Check(GrantFile.SignaturesOf(output), force);
        GrantFiles grant = GrantMaking.Make(request, bytes, approver, Shorter(parsed), parsed.GetValue(_uses));
        AccessFile.Write(output, grant.Document.Span, force);
        AccessFile.Write(GrantFile.SignaturesOf(output), grant.Signatures.Span, force);
        _context.Terminal.Output.WriteLine($"signed as {approver.Identity}: {output} and {GrantFile.SignaturesOf(output)}");
        approver.WarnOfEnd(_context.Terminal);
        AccessText.Write(_context.Terminal, GrantCheck.Parse(grant));
        return ExitCode.Done;
    }

    /// <summary>The document stays as it is, byte for byte; with -o the grant is copied first.</summary>
    private int AddSigner(ParseResult parsed, string path, byte[] bytes, SigningCertificate approver)
    {
        if (parsed.GetValue(_for) is not null || parsed.GetValue(_uses) is not null)
            throw new UsageException("a grant that others signed cannot be changed", "leave --for and --uses away, or approve the request anew");
        GrantFiles earlier = GrantFile.Load(path);
        GrantFiles signed = GrantMaking.AddSigner(earlier, approver);
        string output = parsed.GetValue(_output) ?? path;
        bool same = Path.GetFullPath(output) == Path.GetFullPath(path);
        if (!same)
            AccessFile.Write(output, bytes, parsed.GetValue(_force));
        AccessFile.Write(GrantFile.SignaturesOf(output), signed.Signatures.Span, overwrite: same || parsed.GetValue(_force));
        using DetachedSignature signature = DetachedSignature.Verify(signed.Document, signed.Signatures);
        _context.Terminal.Output.WriteLine($"signed as {approver.Identity}: {GrantFile.SignaturesOf(output)} has {signature.Signers.Count} signatures");
        approver.WarnOfEnd(_context.Terminal);
        AccessText.Write(_context.Terminal, GrantCheck.Parse(signed));
        return ExitCode.Done;
    }

    private static bool IsGrant(byte[] bytes)
    {
        try
        {
            GrantDocument.Parse(bytes);
            return true;
        }
        catch (DocumentException)
        {
            return false;
        }
    }
}
