using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.TestSupport.Hosts;

/// <summary>A TLS connection to an agent that can be wrong in any one way. It checks nothing of the agent.</summary>
public sealed class RawClient : IAsyncDisposable
{
    private readonly SslStream _tls;

    private RawClient(SslStream tls)
    {
        _tls = tls;
        Incoming = new PacedStream(tls);
        Reader = new FrameReader(PipeReader.Create(Incoming));
        Writer = new FrameWriter(PipeWriter.Create(tls));
    }

    public Stream Stream => _tls;

    /// <summary>SHA-1 of the certificate that the agent showed, as <see cref="X509Certificate2.Thumbprint"/> has it.</summary>
    public string ServerThumbprint => _tls.RemoteCertificate!.GetCertHashString();

    /// <summary>What <see cref="Reader"/> reads from; a test may slow it down.</summary>
    public PacedStream Incoming { get; }

    public FrameReader Reader { get; }

    public FrameWriter Writer { get; }

    /// <summary>Makes the connection. ALPN names are separated by spaces; null offers none.</summary>
    public static async Task<RawClient> ConnectAsync(
        int port, X509Certificate2? certificate, CancellationToken cancellation, SslProtocols protocols = SslProtocols.Tls13, string? alpn = "debugrelay/1")
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = protocols,
                ApplicationProtocols = alpn is null ? null : [.. alpn.Split(' ').Select(name => new SslApplicationProtocol(name))],
                ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                AllowTlsResume = false,
            }, cancellation);
            return new RawClient(tls);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects and reads the agent's first frame.</summary>
    public static async Task<RawClient> GreetAsync(int port, X509Certificate2 certificate, CancellationToken cancellation)
    {
        RawClient client = await ConnectAsync(port, certificate, cancellation);
        await client.Reader.ExpectAsync(FrameType.Hello, cancellation);
        return client;
    }

    /// <summary>What the agent says last: a refusal, or null when it just closes.</summary>
    public async Task<Refused?> LastWordAsync(CancellationToken cancellation)
    {
        try
        {
            while (await Reader.ReadAsync(cancellation) is { } frame)
            {
                if (frame.Type == FrameType.Refused)
                    return frame.ReadRefused();
            }
        }
        catch (Exception e) when (e is IOException or ProtocolException)
        {
            // Reset: no word.
        }
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _tls.DisposeAsync();
    }
}

/// <summary>A session opened frame by frame, so that each can be forged.</summary>
public sealed class RawSession : IAsyncDisposable
{
    private readonly RawClient _control;
    private readonly int _port;
    private readonly X509Certificate2 _certificate;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _beating;
    private ulong _number;

    private RawSession(RawClient control, int port, X509Certificate2 certificate, ECDsa key, SessionOpened opened)
    {
        _control = control;
        _port = port;
        _certificate = certificate;
        Key = key;
        Opened = opened;
        _beating = BeatAsync();
    }

    public RawClient Control => _control;

    public ECDsa Key { get; }

    public SessionOpened Opened { get; }

    public static async Task<RawSession> OpenAsync(int port, X509Certificate2 certificate, CancellationToken cancellation, Func<Proof, Proof>? forge = null, string? incident = null)
    {
        RawClient control = await RawClient.GreetAsync(port, certificate, cancellation);
        await control.Writer.WriteAsync(FrameType.OpenSession, new OpenSession("raw", "test", null), ProtocolJson.Default.OpenSession, cancellation);
        Challenge challenge = (await control.Reader.ExpectAsync(FrameType.Challenge, cancellation)).Read(ProtocolJson.Default.Challenge);
        ECDsa key = EphemeralKey.NewPair();
        Proof proof = Prove(certificate, key, challenge, incident);
        await control.Writer.WriteAsync(FrameType.Proof, forge?.Invoke(proof) ?? proof, ProtocolJson.Default.Proof, cancellation);
        while (await control.Reader.ReadAsync(cancellation) is { } frame)
        {
            if (frame.Type == FrameType.Refused)
                throw new RefusedException(frame.ReadRefused());
            if (frame.Type == FrameType.SessionOpened)
                return new RawSession(control, port, certificate, key, frame.Read(ProtocolJson.Default.SessionOpened));
        }
        throw new IOException("the agent closed");
    }

    /// <summary>An honest answer to a challenge.</summary>
    public static Proof Prove(X509Certificate2 certificate, ECDsa key, Challenge challenge, string? incident = null)
    {
        SessionProof proof = SessionProof.Create(certificate, [], new SessionStatement
        {
            Host = challenge.Host,
            Session = challenge.Session,
            Nonce = challenge.Nonce,
            EphemeralKey = EphemeralKey.Of(key),
            NotAfter = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.AddMinutes(20).ToUnixTimeSeconds()),
            Reason = "test",
            Incident = incident,
        });
        return new Proof(proof.Statement.ToArray(), proof.Signature.ToArray(), [.. proof.Chain.Select(c => c.ToArray())]);
    }

    public OperationRequest Request(string operation, TargetProcess? target = null, EventPipeParameters? parameters = null) => new()
    {
        Session = Opened.Session,
        Number = ++_number,
        Operation = operation,
        Target = target is null ? null : new RequestTarget(target.Pid, target.StartTime),
        Parameters = parameters,
    };

    public OpenOperation Sign(OperationRequest request)
    {
        SignedRequest signed = SignedRequest.Create(Key, request);
        return new OpenOperation(Opened.Session, Opened.Ticket, signed.Request.ToArray(), signed.Signature.ToArray());
    }

    /// <summary>Sends an operation on a connection of its own; the answer is for the caller to read.</summary>
    public async Task<RawClient> SendAsync(OpenOperation open, CancellationToken cancellation, X509Certificate2? certificate = null)
    {
        RawClient client = await RawClient.GreetAsync(_port, certificate ?? _certificate, cancellation);
        await client.Writer.WriteAsync(FrameType.OpenOperation, open, ProtocolJson.Default.OpenOperation, cancellation);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _beating;
        _ended.Dispose();
        Key.Dispose();
        await _control.DisposeAsync();
    }

    /// <summary>A session of which nothing is heard is ended.</summary>
    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(Limits.Heartbeat);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
                await _control.Writer.WriteAsync(FrameType.Heartbeat, _ended.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The session is over.
        }
    }
}
