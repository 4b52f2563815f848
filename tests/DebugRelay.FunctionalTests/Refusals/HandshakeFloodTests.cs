using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using Xunit;

namespace DebugRelay.FunctionalTests.Refusals;

/// <summary>Bad connections without end from one address, and a good client beside them.</summary>
public sealed class HandshakeFloodTests
{
    private const int Bad = 600;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_good_client_gets_in_beside_hundreds_of_bad_ones_from_its_own_address()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        int made = 0;
        Task[] flood = [.. Enumerable.Range(0, 30).Select(kind => FloodAsync(host.Port, kind % 3, () => Interlocked.Increment(ref made), over.Token))];
        // The bad ones are there first, and stay until the good ones have been served.
        await Wait.UntilAsync(() => Volatile.Read(ref made) >= Bad, "the bad ones are there", cancellation: Cancellation);

        for (int i = 0; i < 5; i++)
        {
            await using RawSession session = await RawSession.OpenAsync(host.Port, host.Authority.Client(RelayHost.Alice), Cancellation);
            Assert.Equal(RelayHost.Alice, session.Opened.Identity);
        }
        await over.CancelAsync();
        await Task.WhenAll(flood);
        Assert.True(made >= Bad);
    }

    [Fact]
    public async Task Handshakes_that_fail_cost_tokens_and_those_beyond_wait_two_seconds_at_most()
    {
        await using RelayHost host = await RelayHost.StartAsync(limits: """{ "failuresPerSecond": 1 }""");
        // Each ends by the agent's hand, whether it had its turn and failed, or waited in vain.
        async Task<bool> FailAsync()
        {
            try
            {
                await using RawClient client = await RawClient.ConnectAsync(host.Port, null, Cancellation);
                await client.LastWordAsync(Cancellation);
                return true;
            }
            catch (Exception e) when (e is SocketException or IOException or System.Security.Authentication.AuthenticationException)
            {
                return false;
            }
        }

        bool[] served = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => FailAsync()));
        Assert.InRange(served.Count(each => each), 1, 11);
        await host.Agent.WaitForErrorAsync(l => l.Contains("too many handshakes from there, this one waited 2 s", StringComparison.Ordinal));

        // A second later the token is back; good handshakes cost none, however many.
        for (int i = 0; i < 5; i++)
        {
            await using RawClient good = await RawClient.GreetAsync(host.Port, host.Authority.Client(RelayHost.Alice), Cancellation);
        }
    }

    [Fact]
    public async Task Connections_that_show_nothing_make_room_for_newer_ones()
    {
        await using RelayHost host = await RelayHost.StartAsync(limits: """{ "connections": 200 }""");
        var silent = new List<Socket>();
        try
        {
            for (int i = 0; i < 190; i++)
                silent.Add(await ConnectAsync(host.Port));
            await using RawSession session = await RawSession.OpenAsync(host.Port, host.Authority.Client(RelayHost.Alice), Cancellation);
            Assert.Equal(RelayHost.Alice, session.Opened.Identity);
            // The first of them went, long before their time was over.
            Assert.Equal(0, await ReceiveAsync(silent[0]));
        }
        finally
        {
            silent.ForEach(s => s.Dispose());
        }
    }

    /// <summary>Garbage, silence, or a handshake without a certificate, again and again.</summary>
    private static async Task FloodAsync(int port, int kind, Action made, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                if (kind == 2)
                {
                    await using RawClient client = await RawClient.ConnectAsync(port, null, over);
                    made();
                    await client.LastWordAsync(over);
                    continue;
                }
                using Socket socket = await ConnectAsync(port);
                made();
                if (kind == 0)
                    await socket.SendAsync(RandomNumberGenerator.GetBytes(200), over);
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(over);
                patience.CancelAfter(TimeSpan.FromMilliseconds(500));
                _ = await socket.ReceiveAsync(new byte[16], patience.Token);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // As it should be.
            }
        }
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, Cancellation);
        return socket;
    }

    private static async Task<int> ReceiveAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[16], Cancellation);
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
