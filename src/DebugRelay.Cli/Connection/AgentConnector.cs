using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Cli.Failures;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Connection;

/// <summary>Makes connections to one agent: TCP, TLS 1.3 with both certificates, the agent's hello.</summary>
internal sealed class AgentConnector(AgentAddress address, ClientCredentials credentials)
{
    /// <summary>The protocol's name in the TLS handshake.</summary>
    public static readonly SslApplicationProtocol Protocol = new("debugrelay/1");

    private const int ProtocolVersion = 1;
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

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
        var verdict = new ServerVerdict();
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await tls.AuthenticateAsClientAsync(TlsOptions(verdict), cancellation);
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            await tls.DisposeAsync();
            throw verdict.Fault is { } fault
                ? new ConnectionException($"the certificate of {address} is not accepted: {fault}", "check --host and --ca; if both are right, somebody else answers there", error)
                : new ConnectionException($"the TLS handshake with {address} failed: {Innermost(error)}", $"is it a DebugRelay agent? It speaks TLS 1.3 and {Protocol} only", error);
        }
        if (tls.NegotiatedApplicationProtocol == Protocol)
            return tls;
        await tls.DisposeAsync();
        throw new ConnectionException($"{address} does not speak {Protocol}", "is it a DebugRelay agent?");
    }

    private SslClientAuthenticationOptions TlsOptions(ServerVerdict verdict)
    {
        X509ChainPolicy trust = OwnCertificateDiagnosis.TrustIn(credentials.Authorities);
        trust.ApplicationPolicy.Add(ServerAuthentication);
        return new SslClientAuthenticationOptions
        {
            TargetHost = address.Host,
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [Protocol],
            AllowTlsResume = false,
            AllowRenegotiation = false,
            ClientCertificateContext = SslStreamCertificateContext.Create(credentials.Certificate, credentials.Intermediates, offline: true),
            CertificateChainPolicy = trust,
            RemoteCertificateValidationCallback = verdict.Judge,
        };
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
        if (hello.Protocol != ProtocolVersion)
            throw new ProtocolException(ErrorCode.WrongProtocol, $"the agent speaks version {hello.Protocol} of the protocol, this client version {ProtocolVersion}");
        connection.Hello = hello;
    }

    private ConnectionException Rejected(Exception? cause)
        => new($"the agent at {address} rejected this certificate", OwnCertificateDiagnosis.Explain(credentials, DateTimeOffset.UtcNow), cause);

    private static string Innermost(Exception error) => error.GetBaseException().Message.ReplaceLineEndings(" ").Trim();

    /// <summary>Why the agent's certificate was not accepted.</summary>
    private sealed class ServerVerdict
    {
        public string? Fault { get; private set; }

        public bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            if (errors == SslPolicyErrors.None)
                return true;
            Fault = errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) ? "it has none"
                : chain?.ChainStatus.FirstOrDefault(status => status.Status != X509ChainStatusFlags.NoError) is { Status: not X509ChainStatusFlags.NoError } status
                    ? Explain(status)
                : "it was issued to another host name";
            return false;
        }

        private static string Explain(X509ChainStatus status) => status.Status switch
        {
            X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot => "it was not issued by --ca",
            X509ChainStatusFlags.NotTimeValid => "it has expired, or is not valid yet",
            X509ChainStatusFlags.NotValidForUsage => "it is no server's certificate (serverAuth is missing)",
            _ => status.StatusInformation.Trim(),
        };
    }
}
