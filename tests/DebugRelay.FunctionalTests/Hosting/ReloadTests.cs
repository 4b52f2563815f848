using System.Security.Cryptography.X509Certificates;
using DebugRelay.FunctionalTests.Scrubbing;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Hosting;

/// <summary>What an agent reads again while it runs, beside what it trusts (see RevocationTests): its scrub profile, and its own certificate.</summary>
public sealed class ReloadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_profile_and_a_new_certificate_are_taken_when_they_are_whole()
    {
        await using RelayHost host = await ProfileHost.StartAsync(ProfileHost.Profile("\"extends\": \"default\","));
        await using RawSession session = await RawSession.OpenAsync(host.Port, host.Authority.Client(RelayHost.Alice), Cancellation);

        // Half a profile: both refuse it, and the session goes on.
        host.Replace("scrub.json", "{ \"extends\": \"stri");
        await RefusedByAsync(host, "scrub.json", 2);
        await using (RawClient list = await session.SendAsync(session.Sign(session.Request("process.list")), Cancellation))
            await list.Reader.ExpectAsync(FrameType.Accepted, Cancellation);

        host.Replace("scrub.json", ProfileHost.Profile("\"extends\": \"strict\","));
        SessionClosed closed = await ClosedAsync(session);
        Assert.Equal(ErrorCode.Revoked, closed.Code);
        Assert.Contains("scrub profile has changed", closed.Message, StringComparison.Ordinal);
        await Wait.UntilAsync(() => host.Agent.Errors.All.Count(l => l.Contains("scrub profile read again", StringComparison.Ordinal)) >= 2, "agent and broker have the new profile", cancellation: Cancellation);
        RawSession next = await RawSession.OpenAsync(host.Port, host.Authority.Client(RelayHost.Alice), Cancellation);
        Assert.NotEqual(session.Opened.ScrubSha256, next.Opened.ScrubSha256);

        // The certificate comes before its key: for a moment they do not belong together. Sessions that run go on, recorded under the certificate they began with.
        using X509Certificate2 fresh = host.Authority.Agent();
        host.Replace("agent.crt", fresh.ExportCertificatePem());
        await RefusedByAsync(host, "agent.crt", 1);
        host.Replace("agent.key", fresh.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await host.Agent.WaitForErrorAsync(l => l.Contains("certificate and key read again", StringComparison.Ordinal));
        await using (RawClient list = await next.SendAsync(next.Sign(next.Request("process.list")), Cancellation))
            await list.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        RawSession under = await RawSession.OpenAsync(host.Port, host.Authority.Client(RelayHost.Alice), Cancellation);
        await VerifyAsync(host, next);
        await VerifyAsync(host, under);
        await CheckTellsAsync(host);
    }

    private static async Task<SessionClosed> ClosedAsync(RawSession session)
    {
        while (true)
        {
            Frame frame = await session.Control.Reader.ReadAsync(Cancellation) ?? throw new EndOfStreamException("the session ended without a word");
            if (frame.Type == FrameType.SessionClosed)
                return frame.Read(ProtocolJson.Default.SessionClosed);
        }
    }

    private static async Task VerifyAsync(RelayHost host, RawSession session)
    {
        await session.DisposeAsync();
        await Wait.UntilAsync(() => host.Agent.Errors.All.Any(l => l.Contains(session.Opened.Session, StringComparison.Ordinal) && l.Contains("closed", StringComparison.Ordinal)), "the session has ended", cancellation: Cancellation);
        await using TestProcess verify = await TestProcess.RunAsync(BuiltPrograms.Client, ["recording", "verify", Path.Combine(host.Recordings, session.Opened.Session), "--ca", host.CaFile]);
        Assert.StartsWith("OK", verify.Output.Text, StringComparison.Ordinal);
    }

    /// <summary>`check` says what a running agent does not have yet: what it refused, and what it reads at its start alone.</summary>
    private static async Task CheckTellsAsync(RelayHost host)
    {
        string[] before = await CheckAsync(host);
        Assert.Contains("nothing would change", before);
        host.Agent.Terminate();
        await host.Agent.WaitForExitAsync();
        string policy = File.ReadAllText(host.Folder.File("policy.json"));
        host.Replace("policy.json", policy.Replace("\"roles\": {", "\"roles\": { \"auditors\": { \"members\": [\"spiffe://corp.example/sec/*\"], \"allow\": [\"session.list\"] },", StringComparison.Ordinal));
        RelayHost.AddToConfiguration(host.Folder, "\"killFile\": \"kill\"");
        string[] after = await CheckAsync(host);
        Assert.Contains("would change: policy", after);
        Assert.Contains("would change: policy: role auditors: new", after);
        Assert.Contains("would change: agent.json, by a restart", after);
    }

    private static async Task<string[]> CheckAsync(RelayHost host)
    {
        await using TestProcess check = await TestProcess.RunAsync(BuiltPrograms.Agent, ["check", "--config", host.Folder.File("agent.json")]);
        Assert.True(check.ExitCode == 0, check.Errors.Text);
        return [.. check.Output.All];
    }

    private static Task RefusedByAsync(RelayHost host, string file, int times) => Wait.UntilAsync(
        () => host.Agent.Errors.All.Count(l => l.Contains("what was read before stays", StringComparison.Ordinal) && l.Contains(file, StringComparison.Ordinal)) >= times, $"{file} is refused", cancellation: Cancellation);
}
