using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using Xunit;

namespace DebugRelay.FunctionalTests.Refusals;

/// <summary>Who is turned away before there is a session. After each, the next good client is served.</summary>
public sealed class HandshakeTests(HandshakeTests.Fixture fixture) : IClassFixture<HandshakeTests.Fixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RelayHost Host => fixture.Host;

    [Fact]
    public async Task No_certificate()
    {
        await RejectedAsync(null);
        await Host.Agent.WaitForErrorAsync(l => l.Contains("refused: no client certificate", StringComparison.Ordinal));
        await ServesTheNextAsync();
    }

    [Fact]
    public async Task A_strangers_authority()
    {
        using var stranger = new TestAuthority("Test CA");
        await RejectedAsync(stranger.Client(RelayHost.Alice));
        await ServesTheNextAsync();
    }

    [Fact]
    public async Task An_expired_certificate()
    {
        await RejectedAsync(Host.Authority.Client(RelayHost.Alice, DateTimeOffset.UtcNow.AddMinutes(-1)));
        await ServesTheNextAsync();
    }

    [Fact]
    public async Task A_servers_certificate()
    {
        await RejectedAsync(Host.Authority.ServerAsClient(RelayHost.Alice));
        await ServesTheNextAsync();
    }

    [Fact]
    public async Task Tls_1_2()
    {
        using X509Certificate2 alice = Host.Authority.Client(RelayHost.Alice);
        await Assert.ThrowsAnyAsync<Exception>(() => RawClient.ConnectAsync(Host.Port, alice, Cancellation, SslProtocols.Tls12));
        await ServesTheNextAsync();
    }

    [Fact]
    public async Task Another_protocol_by_alpn()
    {
        using X509Certificate2 alice = Host.Authority.Client(RelayHost.Alice);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using RawClient client = await RawClient.ConnectAsync(Host.Port, alice, Cancellation, alpn: "h2");
            await client.Reader.ExpectAsync(FrameType.Hello, Cancellation);
        });
        await ServesTheNextAsync();
    }

    [Fact]
    public async Task A_later_client_that_still_speaks_this_protocol_is_spoken_to_in_it()
    {
        using X509Certificate2 alice = Host.Authority.Client(RelayHost.Alice);
        await using RawClient client = await RawClient.ConnectAsync(Host.Port, alice, Cancellation, alpn: "debugrelay/2 debugrelay/1");
        Assert.Equal(RelayProtocol.Version, (await client.Reader.ExpectAsync(FrameType.Hello, Cancellation)).Read(ProtocolJson.Default.Hello).Protocol);
    }

    [Fact]
    public async Task No_protocol_by_alpn_is_told_why()
    {
        using X509Certificate2 alice = Host.Authority.Client(RelayHost.Alice);
        await using RawClient client = await RawClient.ConnectAsync(Host.Port, alice, Cancellation, alpn: null);
        Assert.Equal(ErrorCode.WrongProtocol, (await client.LastWordAsync(Cancellation))?.Code);
        await ServesTheNextAsync();
    }

    [Fact]
    public async Task Garbage_instead_of_tls()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Host.Port, Cancellation);
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"), Cancellation);
        byte[] buffer = new byte[1024];
        while (await ReceiveAsync(socket, buffer) > 0)
        {
            // An alert at most.
        }
        await ServesTheNextAsync();
    }

    [Fact]
    public async Task A_handshake_that_never_ends()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Host.Port, Cancellation);
        // The first bytes of a ClientHello, and then nothing: the agent's patience ends, not ours.
        await socket.SendAsync(new byte[] { 0x16, 0x03, 0x01 }, Cancellation);
        await ServesTheNextAsync();
        Assert.Equal(0, await ReceiveAsync(socket, new byte[16]));
        await ServesTheNextAsync();
    }

    private async Task RejectedAsync(X509Certificate2? certificate)
    {
        using (certificate)
        {
            // With TLS 1.3 the client's part of the handshake ends well; the agent's no comes after it, before its first frame.
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                await using RawClient client = await RawClient.ConnectAsync(Host.Port, certificate, Cancellation);
                await client.Reader.ExpectAsync(FrameType.Hello, Cancellation);
            });
        }
    }

    private async Task ServesTheNextAsync()
    {
        using X509Certificate2 alice = Host.Authority.Client(RelayHost.Alice);
        await using RawSession session = await RawSession.OpenAsync(Host.Port, alice, Cancellation);
        Assert.Equal(RelayHost.Alice, session.Opened.Identity);
    }

    private static async Task<int> ReceiveAsync(Socket socket, byte[] buffer)
    {
        try
        {
            return await socket.ReceiveAsync(buffer, Cancellation);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    public sealed class Fixture : IAsyncLifetime
    {
        public RelayHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await RelayHost.StartAsync();

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
