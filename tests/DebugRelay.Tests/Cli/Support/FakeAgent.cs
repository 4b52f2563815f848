using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization.Metadata;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Tests.Cli.Support;

/// <summary>What the fake agent does on one connection.</summary>
internal delegate Task ConnectionScript(FakeConnection connection);

/// <summary>An agent whose every word a test chooses, behind real TLS on loopback.</summary>
internal sealed class FakeAgent : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SslServerAuthenticationOptions _options;
    private readonly ConnectionScript _script;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;

    private FakeAgent(X509Certificate2 certificate, ConnectionScript script, SslProtocols protocols, string alpn)
    {
        _script = script;
        _options = new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate,
            ClientCertificateRequired = true,
            // Which certificates are good is the scripts' business: the client must have shown one.
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            EnabledSslProtocols = protocols,
            ApplicationProtocols = [new SslApplicationProtocol(alpn)],
        };
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    public static FakeAgent Start(
        X509Certificate2 certificate, ConnectionScript script, SslProtocols protocols = SslProtocols.Tls13, string alpn = "debugrelay/1")
        => new(certificate, script, protocols, alpn);

    /// <summary>Ends it; a script that failed fails the test here.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await tls.AuthenticateAsServerAsync(_options, _stop.Token);
            await using var connection = new FakeConnection(tls, _stop.Token);
            await _script(connection);
            await tls.ShutdownAsync();
        }
        catch (Exception error) when (error is AuthenticationException or IOException or OperationCanceledException or ProtocolException)
        {
            // The client went, or would not have us: what it makes of that is what the test looks at.
        }
    }
}

/// <summary>The fake agent's end of one connection.</summary>
internal sealed class FakeConnection(SslStream tls, CancellationToken stop) : IAsyncDisposable
{
    private readonly FrameReader _reader = new(PipeReader.Create(tls, new StreamPipeReaderOptions(leaveOpen: true)));
    private readonly FrameWriter _writer = new(PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true)));

    /// <summary>Cancelled when the test is over.</summary>
    public CancellationToken Stop => stop;

    public async Task WriteRawAsync(byte[] bytes) => await tls.WriteAsync(bytes, stop);

    public async Task WriteAsync<T>(FrameType type, T message, JsonTypeInfo<T> json) => await _writer.WriteAsync(type, message, json, stop);

    public async Task WriteDataAsync(byte[] bytes) => await _writer.WriteAsync(FrameType.Data, bytes, stop);

    public Task HelloAsync(int protocol = RelayProtocol.Version, string host = "fake-host", TimeSpan clockAhead = default)
        => WriteAsync(FrameType.Hello, new Hello(protocol, "0.0-fake", host, DateTimeOffset.UtcNow + clockAhead), ProtocolJson.Default.Hello);

    public Task RefuseAsync(string code, string message) => WriteAsync(FrameType.Refused, new Refused(code, message), ProtocolJson.Default.Refused);

    public Task AcceptAsync() => WriteAsync(FrameType.Accepted, new Accepted(1, "a rule"), ProtocolJson.Default.Accepted);

    public Task EndAsync(OperationEnd end) => WriteAsync(FrameType.End, end, ProtocolJson.Default.OperationEnd);

    public async Task<Frame?> ReadAsync() => await _reader.ReadAsync(stop);

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

}
