using System.Collections.Concurrent;
using System.Text;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Recordings;

/// <summary>The real agent, killed at any moment of a real session: what it leaves is cut, and never wrong.</summary>
public sealed class KillTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(5)]
    [InlineData(100, Explicit = true)]
    public async Task Killed_at_any_moment_it_leaves_a_recording_that_holds_what_was_done(int times)
    {
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RelayHost host = await RelayHost.StartAsync();
        for (int round = 0; round < times; round++)
        {
            (string session, string[] accepted) = await UntilKilledAsync(host, sample.Id);
            await host.Agent.WaitForExitAsync();
            await AssertRecordedAsync(host, session, accepted);
            await host.StartAgainAsync();
        }
        Assert.DoesNotContain("TAMPERED", await VerifyAsync(host, host.Recordings), StringComparison.Ordinal);
        host.Agent.Terminate();
        await host.Agent.WaitForExitAsync();
        await TargetSessions.UntilFreeAsync(sample.Id, Cancellation);
    }

    /// <summary>A session that asks and traces without a pause; the agent is killed in the midst of it.</summary>
    /// <returns>The session, and the SHA-256 of the requests that the agent said it carries out.</returns>
    private static async Task<(string Session, string[] Accepted)> UntilKilledAsync(RelayHost host, int sample)
    {
        var accepted = new ConcurrentBag<string>();
        await using RawSession session = await host.OpenAsync(Cancellation);
        TargetProcess target = await session.FindAsync(sample, Cancellation);
        Task tracing = Quietly(async () =>
        {
            await using RawClient trace = await session.StartTraceAsync(target, Cancellation);
            while (await trace.Reader.ReadAsync(Cancellation) is not null)
            {
                // To the end.
            }
        });
        Task asking = Quietly(async () =>
        {
            while (true)
                await AskAsync(session, accepted);
        });
        // No condition to wait for: the moment is to be any, while both are at it.
        await Task.Delay(Random.Shared.Next(1, 1500), Cancellation);
        int broker = HostProcesses.BrokerOf(host);
        int[] children = [broker, .. HostProcesses.WorkersOf(broker)];
        host.Agent.Kill();
        await Task.WhenAll(tracing, asking);
        // They see that it is gone, and let the process go.
        foreach (int child in children)
            await HostProcesses.WaitUntilGoneAsync(child, Cancellation);
        return (session.Opened.Session, [.. accepted]);
    }

    private static async Task AskAsync(RawSession session, ConcurrentBag<string> accepted)
    {
        OpenOperation asked = session.Sign(session.Request("process.list"));
        await using RawClient list = await session.SendAsync(asked, Cancellation);
        await list.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        accepted.Add(Convert.ToBase64String(asked.Request));
        while (await list.Reader.ReadAsync(Cancellation) is { Type: not FrameType.End })
        {
            // To the end.
        }
    }

    private static async Task Quietly(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is IOException or ProtocolException or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException or RefusedException or ObjectDisposedException)
        {
            // The agent is gone.
        }
    }

    private static async Task AssertRecordedAsync(RelayHost host, string session, string[] accepted)
    {
        string recording = Path.Combine(host.Recordings, session);
        string verdict = await VerifyAsync(host, recording);
        Assert.Matches("^(OK|INCOMPLETE) ", verdict);
        var entries = new StringBuilder();
        foreach (string file in Directory.GetFiles(recording, "*.ndjson"))
            entries.Append(await File.ReadAllTextAsync(file, Cancellation));
        string all = entries.ToString();
        Assert.All(accepted, request => Assert.Contains($"\"request\":\"{request.Replace("+", "\\u002B", StringComparison.Ordinal)}\"", all.Replace("+", "\\u002B", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    private static async Task<string> VerifyAsync(RelayHost host, string path)
    {
        await using TestProcess verify = await TestProcess.RunAsync(
            BuiltPrograms.Client, ["recording", "verify", path, "--ca", host.CaFile, "--ledger", host.Folder.File("state")], RelayHost.NoDiagnostics);
        return verify.Output.Text + verify.Errors.Text;
    }
}
