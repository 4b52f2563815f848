using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Cli.Failures;
using DebugRelay.Policy.Identity;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;
using Limits = DebugRelay.Protocol.Limits;

namespace DebugRelay.Cli.Connection;

/// <summary>Makes connections to one agent: TCP, TLS 1.3 with both certificates, the agent's hello.</summary>
internal sealed class AgentConnector(AgentAddress address, ClientCredentials credentials)
{
    /// <summary>How this client names itself.</summary>
    public static readonly string ClientName = $"debugrelay {RelayProtocol.ProductVersion}";

    public AgentAddress Address => address;

    public ClientCredentials Credentials => credentials;

    /// <exception cref="ConnectionException">There is nobody, it is not who it should be, or it does not want us.</exception>
    public async Task<AgentConnection> ConnectAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limits.Handshake);
        Socket? socket = null;
        SslStream? tls = null;
        try
        {
            socket = await ReachAsync(limit.Token);
            tls = await HandshakeAsync(socket, limit.Token);
            var connection = new AgentConnection(tls);
            await GreetAsync(connection, limit.Token);
            if (tls.RemoteCertificate is not X509Certificate2 certificate || !RecordingIdentity.Names(certificate, connection.Hello.Host))
                throw new ConnectionException($"{address} calls itself {connection.Hello.Host}, which its certificate does not", "somebody else's words may be passed on here; look at the agent's \"host\" and certificate");
            return connection;
        }
        catch (Exception error)
        {
            if (tls is not null)
                await tls.DisposeAsync();
            socket?.Dispose();
            if (error is OperationCanceledException && !cancellation.IsCancellationRequested)
                throw new ConnectionException($"{address} did not answer within {Limits.Handshake.TotalSeconds:0} s", "is the agent running there, and the network open?", error);
            throw;
        }
    }

    private async Task<Socket> ReachAsync(CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, cancellation);
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new ConnectionException($"no connection to {address}: {error.Message}", "is the agent running there, and the network open?", error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<SslStream> HandshakeAsync(Socket socket, CancellationToken cancellation)
    {
        var verdict = new ServerVerdict(credentials, address.Host);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await tls.AuthenticateAsClientAsync(TlsOptions(verdict), cancellation);
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            await tls.DisposeAsync();
            throw verdict.Fault is { } fault
                ? new ConnectionException($"{address} is not accepted: {fault}", verdict.IsOfTime ? $"{ClockHere()}; if that is right, the agent needs a new certificate" : "check --host and --ca; if both are right, somebody else answers there", error)
                : new ConnectionException($"the TLS handshake with {address} failed: {Innermost(error)}", $"is it a DebugRelay agent? It speaks TLS 1.3 and {RelayProtocol.Alpn} only", error);
        }
        if (tls.NegotiatedApplicationProtocol == RelayProtocol.Alpn)
            return tls;
        await tls.DisposeAsync();
        throw new ConnectionException($"{address} does not speak {RelayProtocol.Alpn}", "is it a DebugRelay agent?");
    }

    private SslClientAuthenticationOptions TlsOptions(ServerVerdict verdict) => new()
    {
        TargetHost = address.Host,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [RelayProtocol.Alpn],
        AllowTlsResume = false,
        AllowRenegotiation = false,
        ClientCertificateContext = SslStreamCertificateContext.Create(credentials.Certificate, credentials.Intermediates, offline: true),
        CertificateChainPolicy = NothingOfTheMachine(),
        RemoteCertificateValidationCallback = verdict.Judge,
    };

    // SslStream builds a chain before it asks us. It must not look into the machine's store for it, nor ask anybody over the network.
    private X509ChainPolicy NothingOfTheMachine()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(credentials.Authorities);
        return policy;
    }

    // A TLS 1.3 client is done before the server has judged its certificate: a rejection shows as the end of the stream, or as an alert.
    private async Task GreetAsync(AgentConnection connection, CancellationToken cancellation)
    {
        Frame? first;
        try
        {
            first = await connection.ReadAsync(cancellation);
        }
        catch (Exception error) when (error is ConnectionException or ProtocolException { Code: ErrorCode.Truncated })
        {
            throw Rejected(error);
        }
        Hello hello = first switch
        {
            null => throw Rejected(null),
            { Type: FrameType.Hello } frame => frame.Read(ProtocolJson.Default.Hello),
            { Type: FrameType.Refused } frame => throw new RefusedException(frame.ReadRefused()),
            { } frame => throw new ProtocolException(ErrorCode.UnexpectedFrame, $"{frame.Type} came where Hello was due"),
        };
        if (hello.Protocol != RelayProtocol.Version)
            throw new ProtocolException(ErrorCode.WrongProtocol, $"the agent speaks version {hello.Protocol} of the protocol, this client version {RelayProtocol.Version}");
        connection.Hello = hello;
    }

    private ConnectionException Rejected(Exception? cause)
        => new($"the agent at {address} rejected this certificate", Diagnosis(), cause);

    // The same judgement as the agent's, as far as it can be passed from here.
    private string Diagnosis()
    {
        CertificateResult result = CertificateCheck.ForClient(credentials.Certificate, [.. credentials.Intermediates], credentials.Trust, DateTimeOffset.UtcNow);
        return result.IsValid ? "nothing is wrong with it from here; it may be revoked, or the agent's clientCa is another than --ca"
            : result.Failure == CertificateFailure.UnknownAuthority ? "it was not issued by --ca: give the one that this site's authority issued to you"
            : IsOfTime(result) ? $"{result.Message}: have a new one issued, or give another with --cert ({ClockHere()})"
            : $"{result.Message}: have a new one issued, or give another with --cert";
    }

    private static bool IsOfTime(CertificateResult result) => result.Failure is CertificateFailure.Expired or CertificateFailure.NotYetValid;

    private static string ClockHere() => $"the clock here says {DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture)}";

    private static string Innermost(Exception error) => error.GetBaseException().Message.ReplaceLineEndings(" ").Trim();

    /// <summary>Judges the agent's certificate by --ca and the address that was dialled, and remembers what is wrong with it.</summary>
    private sealed class ServerVerdict(ClientCredentials credentials, string host)
    {
        public string? Fault { get; private set; }

        /// <summary>Whether it is a matter of clocks.</summary>
        public bool IsOfTime { get; private set; }

        public bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            if (certificate is not X509Certificate2 own)
            {
                Fault = "it shows none";
                return false;
            }
            CertificateResult result = CertificateCheck.ForAgent(own, [.. chain?.ChainPolicy.ExtraStore ?? []], credentials.Trust, host, DateTimeOffset.UtcNow);
            (Fault, IsOfTime) = result.IsValid ? (null, false) : (result.Message, AgentConnector.IsOfTime(result));
            return result.IsValid;
        }
    }
}
