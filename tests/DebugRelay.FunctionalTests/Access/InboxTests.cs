using System.Security.Cryptography.X509Certificates;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Access;

/// <summary>Requests and grants that meet on the host: no right comes of it that the policy does not give.</summary>
public sealed class InboxTests
{
    [Fact]
    public async Task A_request_is_left_approved_by_two_fetched_and_used()
    {
        await using AccessHost host = await AccessHost.StartAsync(AccessHost.Policy(approvers: 2));
        using X509Certificate2 lea = host.Host.Authority.Approver(AccessHost.Lea), leo = host.Host.Authority.Approver(AccessHost.Leo);
        await using RawSession waiting = await RawSession.OpenAsync(host.Host.Port, lea, TestContext.Current.CancellationToken);
        Task<Notice> told = NoticeAsync(waiting);
        TestProcess sent = AccessHost.Succeeded(
            await host.AliceAsync("access", "request", "--process", "debugrelay-sample", "--operation", "trace", "--send", "-o", host.Host.Folder.File("r.json")));
        Assert.Contains(RelayHost.Alice, (await told).Message, StringComparison.Ordinal);
        string id = sent.Output.Text.Split(" as ")[1].Split(';')[0];

        TestProcess seen = AccessHost.Succeeded(await host.Host.RunClientAsync(leo, "access", "inbox"));
        Assert.Contains(id, seen.Output.Text, StringComparison.Ordinal);
        Assert.Contains("checkout slow (INC-812)", seen.Output.Text, StringComparison.Ordinal);
        AccessHost.Succeeded(await host.Host.RunClientAsync(leo, "access", "approve", "--id", id));

        // What waits outlives the agent's processes; what was approved is added to, not replaced.
        HostProcesses.Kill(HostProcesses.BrokerOf(host.Host));
        AccessHost.Succeeded(await host.Host.RunClientAsync(lea, "access", "approve", "--id", id));
        string grant = host.Host.Folder.File("fetched.json");
        AccessHost.Succeeded(await host.AliceAsync("access", "inbox", "--id", id, "-o", grant));
        AccessHost.Succeeded(await host.TraceAsync("t.nettrace", "--grant", grant));
    }

    [Fact]
    public async Task Nobody_else_sees_sends_or_answers()
    {
        await using AccessHost host = await AccessHost.StartAsync(AccessHost.Policy());
        string request = host.Host.Folder.File("r.json");
        TestProcess sent = AccessHost.Succeeded(await host.AliceAsync("access", "request", "--process", "debugrelay-sample", "--operation", "trace", "--send", "-o", request));
        string id = sent.Output.Text.Split(" as ")[1].Split(';')[0];
        using X509Certificate2 bob = host.Host.Authority.Client("spiffe://corp.example/eng/bob");
        Assert.Contains("no request waits", (await host.Host.RunClientAsync(bob, "access", "inbox")).Output.Text, StringComparison.Ordinal);

        // Alice with an approver's usage in her certificate, and a lead without it.
        using X509Certificate2 alice = host.Host.Authority.Approver(RelayHost.Alice);
        Assert.Equal(2, (await host.Host.RunClientAsync(alice, "access", "approve", "--id", id)).ExitCode);
        using X509Certificate2 lead = host.Host.Authority.Client(AccessHost.Lea);
        TestProcess refused = await host.Host.RunClientAsync(lead, "access", "approve", "--id", id);
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("was not issued for approving grants", refused.Errors.Text, StringComparison.Ordinal);

        await using RawSession other = await RawSession.OpenAsync(host.Host.Port, bob, TestContext.Current.CancellationToken);
        var forged = new InboxCall(InboxAction.Send, await File.ReadAllBytesAsync(request, TestContext.Current.CancellationToken));
        await other.Control.Writer.WriteAsync(FrameType.InboxCall, forged, ProtocolJson.Default.InboxCall, TestContext.Current.CancellationToken);
        Assert.Equal(ErrorCode.Denied, (await ReplyAsync(other)).Problem?.Code);
    }

    private static async Task<InboxReply> ReplyAsync(RawSession session)
    {
        while (await session.Control.Reader.ReadAsync(TestContext.Current.CancellationToken) is { } frame)
        {
            if (frame.Type == FrameType.InboxReply)
                return frame.Read(ProtocolJson.Default.InboxReply);
        }
        throw new IOException("the agent closed");
    }

    private static async Task<Notice> NoticeAsync(RawSession session)
    {
        while (await session.Control.Reader.ReadAsync(TestContext.Current.CancellationToken) is { } frame)
        {
            if (frame.Type == FrameType.Notice)
                return frame.Read(ProtocolJson.Default.Notice);
        }
        throw new IOException("the agent closed");
    }
}
