using System.Security.Cryptography;
using DebugRelay.Cli.Failures;
using DebugRelay.Policy;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Connection;

/// <summary>
/// The engineer's side of a session's proof: the certificate's key signs a statement with a fresh key in it, and that key signs each
/// request. So nobody on the way, the agent included, can ask for anything in the engineer's name.
/// </summary>
internal sealed class EngineerProof : IDisposable
{
    private readonly ECDsa _pair;
    private readonly ECDiffieHellman _encryption;
    private readonly string? _reason;

    private EngineerProof(ECDsa pair, ECDiffieHellman encryption, Proof message, string? reason) => (_pair, _encryption, Message, _reason) = (pair, encryption, message, reason);

    /// <summary>What answers the challenge.</summary>
    public Proof Message { get; }

    /// <summary>The key that unscrubbed data come encrypted to.</summary>
    public ECDiffieHellman Encryption => _encryption;

    /// <exception cref="UsageException">The certificate's key is of no kind that can sign here, or the reason is too long.</exception>
    public static EngineerProof Answer(Challenge challenge, ClientCredentials credentials, string? reason, string? incident)
    {
        ECDsa pair = EphemeralKey.NewPair();
        ECDiffieHellman encryption = EphemeralKey.NewEncryptionPair();
        try
        {
            var statement = new SessionStatement
            {
                Host = challenge.Host,
                Session = challenge.Session,
                Nonce = challenge.Nonce,
                EphemeralKey = EphemeralKey.Of(pair),
                EncryptionKey = EphemeralKey.Of(encryption),
                NotAfter = challenge.NotAfter,
                Reason = reason,
                Incident = incident,
                Client = AgentConnector.ClientName,
            };
            SessionProof proof = SessionProof.Create(credentials.Certificate, credentials.Intermediates, statement);
            byte[][] chain = [.. proof.Chain.Select(certificate => certificate.ToArray())];
            return new EngineerProof(pair, encryption, new Proof(proof.Statement.ToArray(), proof.Signature.ToArray(), chain), reason);
        }
        catch (Exception error)
        {
            pair.Dispose();
            encryption.Dispose();
            throw error is ArgumentException or DocumentException
                ? new UsageException($"the session cannot be asked for: {error.Message}", "see --cert, --reason and --incident", error)
                : error;
        }
    }

    /// <summary>Signs a request for an operation.</summary>
    /// <exception cref="UsageException">The order cannot be a request: too many providers, too long arguments.</exception>
    public OpenOperation Sign(OperationOrder order, ulong number, SessionOpened session, string host, Claim claim)
    {
        try
        {
            GrantFiles? grant = claim.GrantFor(order.Name);
            SignedRequest request = SignedRequest.Create(_pair, RequestOf(order, number, session.Session, host, grant, claim.BreakGlass));
            return new OpenOperation(session.Session, session.Ticket, request.Request.ToArray(), request.Signature.ToArray(), grant is null ? null : new SignedGrant(grant.Document.ToArray(), grant.Signatures.ToArray()));
        }
        catch (DocumentException error)
        {
            throw new UsageException($"{order.Name} cannot be asked for like this: {error.Message}", "see the command's --help", error);
        }
    }

    /// <summary>Signs the end of the session's recording.</summary>
    public byte[] Countersign(SessionEnd end) => _pair.SignData(end.Statement(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    public void Dispose()
    {
        _pair.Dispose();
        _encryption.Dispose();
    }

    private OperationRequest RequestOf(OperationOrder order, ulong number, string session, string host, GrantFiles? grant, bool breakGlass) => new()
    {
        Host = host,
        Session = session,
        Number = number,
        Operation = order.Name,
        Target = order.Target is { } target ? new RequestTarget(target.Pid, target.StartTime) : null,
        Parameters = order.EventPipe is { } eventPipe ? ParametersOf(eventPipe) : null,
        Dump = order.Dump,
        Unscrubbed = order.Unscrubbed,
        Reason = _reason,
        Grant = grant?.Sha256,
        BreakGlass = breakGlass,
        Watch = order.Watch,
        Kill = order.Kill,
    };

    private static EventPipeParameters ParametersOf(EventPipeOrder order) => new()
    {
        Providers = [.. order.Providers.Select(provider => new EventProvider(provider.Name, provider.Keywords, provider.Level, provider.Arguments))],
        BufferMegabytes = order.BufferMegabytes,
        Rundown = order.Rundown,
        Stacks = order.Stacks,
        DurationSeconds = order.Duration is { } duration ? (int)Math.Ceiling(duration.TotalSeconds) : null,
    };
}
