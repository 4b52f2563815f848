using DebugRelay.Agent.Access;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Identity;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Agent.Sessions;

/// <summary>What clients ask of the inbox on their control connections: recorded, answered, and told to those whom it concerns.</summary>
internal sealed class InboxCalls(Inbox inbox, LiveTrust trust, SessionTable sessions)
{
    /// <summary>Serves one call.</summary>
    /// <exception cref="Recording.RecordingException">It could not be recorded.</exception>
    public async Task<InboxReply> ServeAsync(RelaySession session, InboxCall call)
    {
        PeerIdentity caller = session.Proof.Identity;
        InboxReply reply = Serve(caller, call);
        await session.RecordAsync(
            "access", new AccessEntry(call.Action, call.Document, call.Id, call.Grant, reply.Problem?.Code, reply.Problem?.Message), RecordedJson.Default.AccessEntry, durable: true);
        return reply;
    }

    private InboxReply Serve(PeerIdentity caller, InboxCall call)
    {
        try
        {
            return call.Action switch
            {
                InboxAction.Send when call.Document is { } document => Send(caller, document),
                InboxAction.List => Fit([.. inbox.List(caller).Select(Shown)]),
                InboxAction.Answer when call is { Id: { } id, Grant: { } grant } => Answer(caller, id, grant),
                _ => throw new ProtocolException(ErrorCode.BadMessage, "the call lacks what it is about"),
            };
        }
        catch (ProtocolException e)
        {
            return new InboxReply([], new Refused(e.Code, e.Message));
        }
    }

    private InboxReply Send(PeerIdentity caller, byte[] document)
    {
        Letter letter = inbox.Send(caller, document);
        var notice = new Notice(ErrorCode.AccessRequested, $"{caller} asks for access: see `debugrelay access inbox`, request {letter.Id}");
        foreach (RelaySession other in sessions.All.Where(s => trust.Current.Policy.IsApprover(s.Proof.Identity) && !s.Proof.Identity.Equals(caller)))
            other.Tell(notice);
        return new InboxReply([Shown(letter)], null);
    }

    private InboxReply Answer(PeerIdentity caller, string id, SignedGrant grant)
    {
        (Letter letter, int approvers) = inbox.Answer(caller, id, grant);
        var notice = new Notice(ErrorCode.AccessGranted, $"{caller} approved request {id}, the {Ordinal(approvers)}: fetch the grant with `debugrelay access inbox --id {id} -o grant.json`");
        foreach (RelaySession other in sessions.All.Where(s => s.Proof.Identity.Equals(letter.Requester)))
            other.Tell(notice);
        return new InboxReply([Shown(letter)], null);
    }

    private static string Ordinal(int number) => number switch { 1 => "first", 2 => "second", 3 => "third", _ => $"{number}th" };

    private static InboxLetter Shown(Letter letter) => new(letter.Id, letter.Document, letter.Ends, letter.Grant);

    /// <summary>One frame holds so much; the earliest to end come first, and the others when those are answered.</summary>
    private static InboxReply Fit(InboxLetter[] letters)
    {
        int bytes = 0;
        return new InboxReply([.. letters.TakeWhile(letter => (bytes += Size(letter)) < Limits.InboxPayload / 2)], null);
    }

    private static int Size(InboxLetter letter) => letter.Document.Length + (letter.Grant is { } grant ? grant.Document.Length + grant.Signatures.Length : 0) + 200;
}
