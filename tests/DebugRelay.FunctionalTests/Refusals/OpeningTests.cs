using System.Security.Cryptography.X509Certificates;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using Xunit;

namespace DebugRelay.FunctionalTests.Refusals;

/// <summary>What one certificate may hold of a host before it has a session.</summary>
public sealed class OpeningTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_has_no_role_gets_no_challenge()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using RawClient client = await AskAsync(host, host.Authority.Client("spiffe://corp.example/sales/mallory"));
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(async () => await client.Reader.ExpectAsync(FrameType.Challenge, Cancellation));
        Assert.Equal(ErrorCode.Denied, e.Refusal.Code);
        Assert.Contains("mallory", e.Refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_engineers_unanswered_challenges_do_not_keep_others_out()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        using X509Certificate2 alice = host.Authority.Client(RelayHost.Alice);
        var waiting = new List<RawClient>();
        try
        {
            for (int i = 0; i < Limits.OpeningsAtOnce; i++)
            {
                waiting.Add(await AskAsync(host, alice));
                await waiting[^1].Reader.ExpectAsync(FrameType.Challenge, Cancellation);
            }
            await using (RawClient more = await AskAsync(host, alice))
                Assert.Equal(ErrorCode.LimitReached, (await more.LastWordAsync(Cancellation))?.Code);
            await using RawSession bobs = await RawSession.OpenAsync(host.Port, host.Authority.Client("spiffe://corp.example/eng/bob"), Cancellation);

            // One that is given up makes room.
            await waiting[0].Writer.WriteAsync(FrameType.Stop, Cancellation);
            Assert.NotNull(await waiting[0].LastWordAsync(Cancellation));
            await host.ServesTheNextAsync(Cancellation);
        }
        finally
        {
            foreach (RawClient client in waiting)
                await client.DisposeAsync();
        }
    }

    private static async Task<RawClient> AskAsync(RelayHost host, X509Certificate2 certificate)
    {
        RawClient client = await RawClient.GreetAsync(host.Port, certificate, Cancellation);
        await client.Writer.WriteAsync(FrameType.OpenSession, new OpenSession("raw", "test", null), ProtocolJson.Default.OpenSession, Cancellation);
        return client;
    }
}
