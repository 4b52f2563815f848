using System.IO.Pipelines;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using Xunit;

namespace DebugRelay.FunctionalTests.Refusals;

/// <summary>An agent's connection to a broker, frame by frame.</summary>
internal sealed class AgentOperation(NetworkStream stream) : IDisposable
{
    public FrameReader Reader { get; } = new(PipeReader.Create(stream));

    public FrameWriter Writer { get; } = new(PipeWriter.Create(stream));

    public static async Task<AgentOperation> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
        return new AgentOperation(new NetworkStream(socket, ownsSocket: true));
    }

    public void Dispose()
    {
        stream.Dispose();
    }
}

/// <summary>An agent's side of a session.</summary>
internal sealed class AgentSide(string path, AgentOperation control, ECDsa key, string id) : IAsyncDisposable
{
    private ulong _number;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string Id => id;

    public static async Task<AgentSide> OpenAsync(string path, X509Certificate2 certificate, Func<Proof, Proof>? forge, CancellationToken cancellation)
    {
        AgentOperation control = await AgentOperation.ConnectAsync(path, cancellation);
        await control.Writer.WriteAsync(FrameType.ChallengeRequest, cancellation);
        Challenge challenge = (await control.Reader.ExpectAsync(FrameType.Challenge, cancellation)).Read(ProtocolJson.Default.Challenge);
        ECDsa key = EphemeralKey.NewPair();
        Proof proof = RawSession.Prove(certificate, key, challenge);
        await control.Writer.WriteAsync(FrameType.Proof, forge?.Invoke(proof) ?? proof, ProtocolJson.Default.Proof, cancellation);
        await control.Reader.ExpectAsync(FrameType.SessionOpened, cancellation);
        return new AgentSide(path, control, key, challenge.Session);
    }

    public OpenOperation Request(string operation, int? pid, EventPipeParameters? parameters, GrantFiles? grant = null)
    {
        SignedRequest signed = SignedRequest.Create(key, new OperationRequest
        {
            Grant = grant?.Sha256,
            Session = id,
            Number = ++_number,
            Operation = operation,
            Target = pid is { } p ? new RequestTarget(p, HostProcesses.StartTimeOf(p)) : null,
            Parameters = parameters,
        });
        SignedGrant? sent = grant is null ? null : new SignedGrant(grant.Document.ToArray(), grant.Signatures.ToArray());
        return new OpenOperation(id, [], signed.Request.ToArray(), signed.Signature.ToArray(), sent);
    }

    public async Task<AgentOperation> SendAsync(OpenOperation open)
    {
        AgentOperation operation = await AgentOperation.ConnectAsync(path, Cancellation);
        await operation.Writer.WriteAsync(FrameType.OpenOperation, open, ProtocolJson.Default.OpenOperation, Cancellation);
        return operation;
    }

    public async Task<Decided> AskAsync(OpenOperation open)
    {
        using AgentOperation operation = await SendAsync(open);
        return (await operation.Reader.ExpectAsync(FrameType.Decided, Cancellation)).Read(ProtocolJson.Default.Decided);
    }

    /// <summary>Has an operation carried out, and reads what it delivers to its end.</summary>
    public async Task<OperationEnd> RunAsync(OpenOperation open, Action<long>? delivered = null)
    {
        using AgentOperation operation = await SendAsync(open);
        await operation.Reader.ExpectAsync(FrameType.Decided, Cancellation);
        await operation.Writer.WriteAsync(FrameType.Proceed, Cancellation);
        await operation.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        while (await operation.Reader.ReadAsync(Cancellation) is { } frame)
        {
            if (frame.Type == FrameType.End)
                return frame.Read(ProtocolJson.Default.OperationEnd);
            delivered?.Invoke(frame.Payload.Length);
        }
        throw new IOException("the worker closed");
    }

    /// <summary>Waits for the broker's word that the session is over.</summary>
    public async Task<SessionClosed> ClosedAsync()
    {
        while (await control.Reader.ReadAsync(Cancellation) is { } frame)
        {
            if (frame.Type == FrameType.SessionClosed)
                return frame.Read(ProtocolJson.Default.SessionClosed);
        }
        throw new IOException("the broker closed");
    }

    /// <summary>Asks for the session's end, which the broker confirms before all of it is gone.</summary>
    public async Task LeaveAsync()
    {
        await control.Writer.WriteAsync(FrameType.CloseSession, Cancellation);
        while (await control.Reader.ReadAsync(Cancellation) is { Type: not FrameType.SessionClosed } frame)
            Assert.Equal(FrameType.LedgerHead, frame.Type);
    }

    /// <summary>Closes our half; the broker's half closes when the session is gone there too.</summary>
    public async Task CloseAsync()
    {
        await control.Writer.WriteAsync(FrameType.CloseSession, Cancellation);
        while (await control.Reader.ReadAsync(Cancellation) is not null)
        {
            // Its last word.
        }
    }

    public ValueTask DisposeAsync()
    {
        control.Dispose();
        key.Dispose();
        return ValueTask.CompletedTask;
    }
}
