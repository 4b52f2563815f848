using System.Security.Cryptography;
using DebugRelay.Cli.Commands.Access;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Policy;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Identity;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Interactive;

/// <summary>Requests for grants over a session: asking, signing, taking.</summary>
internal sealed class AccessDesk(Session session, ConnectionSettings settings)
{
    public async Task<IReadOnlyList<AccessLetter>> ListAsync(CancellationToken cancellation)
        => [.. (await LettersAsync(cancellation)).Select(Read).OfType<AccessLetter>().OrderBy(letter => letter.Ends)];

    public async Task<string> SendAsync(AccessDraft draft, CancellationToken cancellation)
    {
        if (!PeerIdentity.TryParse(session.Opened.Identity, out PeerIdentity? requester, out string problem))
            throw new LocalException($"the host gives you a name that {problem}", null);
        var request = new GrantRequest
        {
            Id = $"r-{RandomNumberGenerator.GetHexString(12, lowercase: true)}",
            Scope = new GrantScope
            {
                Requester = requester,
                Hosts = [session.Hello.Host],
                Processes = draft.Process is { } process ? [GrantProcess.One(process.Pid, process.StartTime)] : [],
                Operations = [draft.Operation],
                Uses = draft.Uses,
                Reason = draft.Reason,
                Incident = draft.Incident,
            },
            For = draft.For,
            Made = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()),
        };
        return (await session.CallInboxAsync(new InboxCall(InboxAction.Send, Bytes(request)), cancellation))[0].Id;
    }

    public async Task<string> ApproveAsync(string id, CancellationToken cancellation)
    {
        using SigningCertificate approver = SigningCertificate.Load(settings.CertificateFile, settings.KeyFile, settings.AskPassphrase);
        InboxLetter letter = await FindAsync(id, cancellation);
        GrantFiles grant = letter.Grant is { } earlier
            ? GrantMaking.AddSigner(new GrantFiles(earlier.Document, earlier.Signatures), approver)
            : GrantMaking.Make(GrantMaking.ParseRequest(id, letter.Document), letter.Document, approver, shorter: null, fewer: null);
        await session.CallInboxAsync(new InboxCall(InboxAction.Answer, Id: id, Grant: new SignedGrant(grant.Document.ToArray(), grant.Signatures.ToArray())), cancellation);
        return $"signed {id} as {approver.Identity}; the grant waits on {session.Hello.Host} for its requester";
    }

    public async Task<string> UseAsync(string id, CancellationToken cancellation)
    {
        InboxLetter letter = await FindAsync(id, cancellation);
        if (letter.Grant is not { } grant)
            throw new LocalException($"nobody has approved request {id} yet", "ask an approver, or wait");
        var files = new GrantFiles(grant.Document, grant.Signatures);
        GrantDocument document = GrantCheck.Parse(files);
        session.Claim = session.Claim with { Grant = files };
        return $"grant {document.Id} is shown with {string.Join(", ", document.Scope.Operations)} from now on, until {document.NotAfter.UtcDateTime:HH:mm'Z'}";
    }

    private Task<InboxLetter[]> LettersAsync(CancellationToken cancellation) => session.CallInboxAsync(new InboxCall(InboxAction.List), cancellation);

    private async Task<InboxLetter> FindAsync(string id, CancellationToken cancellation) => AccessInboxCommand.Find(await LettersAsync(cancellation), id, session.Hello.Host);

    // What the host keeps was checked there; here it is only shown.
    private static AccessLetter? Read(InboxLetter letter)
    {
        try
        {
            GrantRequest request = GrantRequest.Parse(letter.Document);
            GrantScope scope = request.Scope;
            return new AccessLetter(
                letter.Id, scope.Requester.Value, [.. scope.Operations], [.. scope.Processes.Select(process => process.ToString())], scope.Reason, scope.Incident,
                request.For, scope.Uses, letter.Ends, Signers(letter.Grant));
        }
        catch (DocumentException)
        {
            return null;
        }
    }

    private static IReadOnlyList<string> Signers(SignedGrant? grant)
    {
        if (grant is null)
            return [];
        try
        {
            using DetachedSignature signature = DetachedSignature.Verify(grant.Document, grant.Signatures);
            return [.. signature.Signers.Select(signer => PeerIdentity.FromCertificate(signer).Value)];
        }
        catch (SignatureException)
        {
            return [];
        }
    }

    private static byte[] Bytes(GrantRequest request)
    {
        try
        {
            return request.ToUtf8();
        }
        catch (DocumentException error)
        {
            throw new UsageException($"this cannot be asked for: {error.Message}", "change what is written", error);
        }
    }
}
