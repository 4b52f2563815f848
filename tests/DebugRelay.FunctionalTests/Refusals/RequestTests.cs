using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using Xunit;

namespace DebugRelay.FunctionalTests.Refusals;

/// <summary>What is refused of a peer whose certificate is good.</summary>
public sealed class RequestTests(RequestTests.Fixture fixture) : IClassFixture<RequestTests.Fixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RelayHost Host => fixture.Host;

    [Fact]
    public async Task Garbage_within_tls()
    {
        await using RawClient client = await GreetAsync();
        await client.Stream.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"), Cancellation);
        Assert.Equal(ErrorCode.UnknownFrame, (await client.LastWordAsync(Cancellation))?.Code);
    }

    [Fact]
    public async Task A_frame_longer_than_its_limit()
    {
        await using RawClient client = await GreetAsync();
        byte[] header = new byte[Frame.HeaderSize];
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x7FFFFFFF);
        header[4] = (byte)FrameType.OpenSession;
        await client.Stream.WriteAsync(header, Cancellation);
        Refused? refusal = await client.LastWordAsync(Cancellation);
        Assert.Equal(ErrorCode.FrameTooLong, refusal?.Code);
        Assert.Contains($"{Limits.ControlPayload}", refusal?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_frame_and_then_silence()
    {
        await using RawClient client = await GreetAsync();
        byte[] half = new byte[Frame.HeaderSize + 10];
        Frame.WriteHeader(half, FrameType.OpenSession, 100);
        await client.Stream.WriteAsync(half, Cancellation);
        Assert.Equal(ErrorCode.TimedOut, (await client.LastWordAsync(Cancellation))?.Code);
    }

    [Fact]
    public async Task A_frame_that_begins_no_conversation()
    {
        await using RawClient client = await GreetAsync();
        await client.Writer.WriteAsync(FrameType.Proceed, Cancellation);
        Assert.Equal(ErrorCode.UnexpectedFrame, (await client.LastWordAsync(Cancellation))?.Code);
    }

    [Fact]
    public async Task An_identity_without_a_role()
    {
        using X509Certificate2 stranger = Host.Authority.Client("spiffe://corp.example/sales/eve");
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => RawSession.OpenAsync(Host.Port, stranger, Cancellation));
        Assert.Equal(ErrorCode.Denied, e.Refusal.Code);
        Assert.Contains("spiffe://corp.example/sales/eve", e.Refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proof_by_another_certificate_than_the_connections()
    {
        using X509Certificate2 bob = Host.Authority.Client("spiffe://corp.example/eng/bob");
        Refused refusal = await ForgeAsync(p => p with { Certificates = [bob.RawData] });
        Assert.Equal(ErrorCode.BadProof, refusal.Code);
    }

    [Fact]
    public async Task A_proof_without_a_signature()
        => Assert.Equal(ErrorCode.BadProof, (await ForgeAsync(p => p with { Signature = [] })).Code);

    [Fact]
    public async Task A_proof_of_an_earlier_session()
    {
        Proof? earlier = null;
        using X509Certificate2 alice = Host.Authority.Client(RelayHost.Alice);
        await using (await RawSession.OpenAsync(Host.Port, alice, Cancellation, p => earlier = p))
        {
        }
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => RawSession.OpenAsync(Host.Port, alice, Cancellation, _ => earlier!));
        Assert.Equal(ErrorCode.BadProof, e.Refusal.Code);
    }

    [Fact]
    public async Task A_wrong_ticket_and_another_certificate()
    {
        using X509Certificate2 alice = Host.Authority.Client(RelayHost.Alice);
        using X509Certificate2 bob = Host.Authority.Client("spiffe://corp.example/eng/bob");
        await using RawSession session = await RawSession.OpenAsync(Host.Port, alice, Cancellation);
        OpenOperation good = session.Sign(session.Request("process.list"));

        await using RawClient guessed = await session.SendAsync(good with { Ticket = RandomNumberGenerator.GetBytes(32) }, Cancellation);
        Assert.Equal(ErrorCode.NoSession, (await guessed.LastWordAsync(Cancellation))?.Code);
        await using RawClient stolen = await session.SendAsync(good, Cancellation, bob);
        Assert.Equal(ErrorCode.NoSession, (await stolen.LastWordAsync(Cancellation))?.Code);
        await using RawClient honest = await session.SendAsync(good, Cancellation);
        await honest.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
    }

    [Fact]
    public async Task A_request_whose_signature_is_missing_or_anothers()
    {
        await using RawSession session = await OpenAsync();
        OpenOperation good = session.Sign(session.Request("process.list"));
        using ECDsa other = EphemeralKey.NewPair();

        Assert.Equal(ErrorCode.BadRequest, await RefusalOfAsync(session, good with { Signature = [] }));
        Assert.Equal(ErrorCode.BadRequest, await RefusalOfAsync(session, good with { Signature = other.SignData(good.Request, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence) }));
        Assert.Equal(ErrorCode.BadRequest, await RefusalOfAsync(session, good with { Request = [.. good.Request, (byte)' '] }));
    }

    [Fact]
    public async Task A_request_that_was_used_before()
    {
        await using RawSession session = await OpenAsync();
        OpenOperation good = session.Sign(session.Request("process.list"));
        await using (RawClient first = await session.SendAsync(good, Cancellation))
            await first.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        Assert.Equal(ErrorCode.Replayed, await RefusalOfAsync(session, good));
    }

    [Fact]
    public async Task An_operation_that_is_not_known()
    {
        await using RawSession session = await OpenAsync();
        OperationRequest request = session.Request("process.list");
        byte[] json = Encoding.UTF8.GetBytes(
            $$"""{"version":1,"purpose":"{{OperationRequest.Purpose}}","session":"{{session.Opened.Session}}","number":{{request.Number}},"operation":"process.launch"}""");
        byte[] signature = session.Key.SignData(json, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        await using RawClient client = await session.SendAsync(new OpenOperation(session.Opened.Session, session.Opened.Ticket, json, signature), Cancellation);
        Refused? refusal = await client.LastWordAsync(Cancellation);
        Assert.Equal(ErrorCode.BadRequest, refusal?.Code);
        Assert.Contains("operation", refusal?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_never_given_without_scrubbing()
    {
        await using RawSession session = await OpenAsync();
        OperationRequest request = session.Request("process.environment", new TargetProcess(Environment.ProcessId, 1, "x", "x", default)) with { Unscrubbed = true };
        Assert.Equal(ErrorCode.UnknownOperation, await RefusalOfAsync(session, session.Sign(request)));
    }

    [Fact]
    public async Task A_process_that_does_not_exist()
    {
        await using RawSession session = await OpenAsync();
        OperationRequest request = session.Request("process.info", new TargetProcess(int.MaxValue, 1, "x", "x", default));
        Assert.Equal(ErrorCode.NoProcess, await RefusalOfAsync(session, session.Sign(request)));
    }

    private Task<RawClient> GreetAsync() => RawClient.GreetAsync(Host.Port, Host.Authority.Client(RelayHost.Alice), Cancellation);

    private Task<RawSession> OpenAsync() => RawSession.OpenAsync(Host.Port, Host.Authority.Client(RelayHost.Alice), Cancellation);

    private async Task<Refused> ForgeAsync(Func<Proof, Proof> forge)
    {
        using X509Certificate2 alice = Host.Authority.Client(RelayHost.Alice);
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => RawSession.OpenAsync(Host.Port, alice, Cancellation, forge));
        return e.Refusal;
    }

    private static async Task<string?> RefusalOfAsync(RawSession session, OpenOperation open)
    {
        await using RawClient client = await session.SendAsync(open, Cancellation);
        return (await client.LastWordAsync(Cancellation))?.Code;
    }

    public sealed class Fixture : IAsyncLifetime
    {
        public RelayHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await RelayHost.StartAsync();

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
