using System.Security.Cryptography;
using System.Text.Json;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Tests.Cli.Support;

/// <summary>The usual course of a session, so that a test scripts only what is unusual.</summary>
internal sealed class FakeSession
{
    public const string Id = "00112233445566778899aabbccddeeff";
    public const int Pid = 4711;

    private const string Nonce = "bm9uY2U=";
    private static readonly byte[] Ticket = new byte[32];
    private static readonly TargetProcess Shop = new(Pid, 17, "Shop.Api", "shop", DateTimeOffset.UnixEpoch);

    private readonly TaskCompletionSource<SessionClosed> _close = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What happens on an operation's connection once its request is read; `process.list` is answered here.</summary>
    public Func<FakeConnection, OperationRequest, Task> OnOperation { get; init; } = (connection, _) => connection.RefuseAsync(ErrorCode.Denied, "denied");

    /// <summary>What happens once the session stands; then it lives until the client or <see cref="Close"/> closes it.</summary>
    public Func<FakeConnection, Task> OnOpened { get; init; } = _ => Task.CompletedTask;

    /// <summary>The host's clock less ours.</summary>
    public TimeSpan ClockAhead { get; init; }

    /// <summary>What the client proved; null until it did.</summary>
    public SessionStatement? Statement { get; private set; }

    /// <summary>The requests, each with a signature that was checked.</summary>
    public List<OperationRequest> Requests { get; } = [];

    /// <summary>Ends the session from the host's side.</summary>
    public void Close(string code, string message) => _close.TrySetResult(new SessionClosed(code, message));

    public async Task ServeAsync(FakeConnection connection)
    {
        await connection.HelloAsync(clockAhead: ClockAhead);
        switch (await connection.ReadAsync())
        {
            case { Type: FrameType.OpenSession }:
                await ServeControlAsync(connection);
                break;
            case { Type: FrameType.OpenOperation } open:
                await ServeOperationAsync(connection, open.Read(ProtocolJson.Default.OpenOperation));
                break;
        }
    }

    /// <summary>An end that fits the bytes.</summary>
    public static OperationEnd EndOf(byte[] bytes, bool partial = false, string? code = null, string? message = null)
        => new(bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), partial, code, message, new SortedDictionary<string, long> { ["email"] = 3 }, null);

    private async Task ServeControlAsync(FakeConnection connection)
    {
        DateTimeOffset notAfter = DateTimeOffset.UtcNow.AddMinutes(30);
        await connection.WriteAsync(FrameType.Challenge, new Challenge("fake-host", Id, Nonce, notAfter), ProtocolJson.Default.Challenge);
        Proof proof = (await connection.ReadAsync())!.Value.Read(ProtocolJson.Default.Proof);
        Statement = SessionStatement.Parse(proof.Statement);
        await connection.WriteAsync(
            FrameType.SessionOpened, new SessionOpened(Id, Ticket, "spiffe://corp.example/eng/alice", ["oncall"], notAfter, "default", new string('0', 64)), ProtocolJson.Default.SessionOpened);
        await OnOpened(connection);
        Task<SessionClosed> asked = UntilAskedAsync(connection);
        SessionClosed closed = await await Task.WhenAny(asked, _close.Task.WaitAsync(connection.Stop));
        await connection.WriteAsync(FrameType.SessionClosed, closed, ProtocolJson.Default.SessionClosed);
    }

    private static async Task<SessionClosed> UntilAskedAsync(FakeConnection connection)
    {
        while (await connection.ReadAsync() is { Type: not FrameType.CloseSession })
        {
            // Heartbeats.
        }
        return new SessionClosed(ErrorCode.Closed, "closed as asked");
    }

    private async Task ServeOperationAsync(FakeConnection connection, OpenOperation open)
    {
        ProofResult<OperationRequest> verified = new SignedRequest(open.Request, open.Signature).Verify(Statement!.EphemeralKey, Id, "fake-host");
        if (!verified.IsValid || !open.Ticket.AsSpan().SequenceEqual(Ticket))
        {
            await connection.RefuseAsync(ErrorCode.BadRequest, $"the test's agent does not take this request: {verified.Message}");
            return;
        }
        Requests.Add(verified.Value);
        await (verified.Value.Operation == "process.list" ? ListAsync(connection) : OnOperation(connection, verified.Value));
    }

    private static async Task ListAsync(FakeConnection connection)
    {
        byte[] list = JsonSerializer.SerializeToUtf8Bytes(new ProcessList([new ListedProcess(Shop, ["trace"])]), ProtocolJson.Default.ProcessList);
        await connection.AcceptAsync();
        await connection.WriteDataAsync(list);
        await connection.EndAsync(EndOf(list));
    }
}
