using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Faults;

/// <summary>What becomes of a session whose recordings can no longer be written. Real file systems: where nobody may mount one, these are skipped.</summary>
public sealed class DiskTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_ends_the_session_and_lets_the_target_go()
    {
        string mounted = "";
        await using RelayHost host = await RelayHost.StartAsync(prepare: folder =>
        {
            mounted = folder.File("recordings");
            Directory.CreateDirectory(mounted);
            Assert.SkipUnless(Mount.Try("-t", "tmpfs", "-o", "size=256k", "tmpfs", mounted), Mount.NotAllowed);
        });
        using var mount = new Mount(mounted);
        await EndsAsync(host, () => { });

        Assert.True(new DriveInfo(mounted).AvailableFreeSpace < 32_768, "the disk is full");
        Assert.Matches("^(OK|INCOMPLETE) ", await VerifyAsync(host));
    }

    [Fact]
    public async Task A_disk_that_becomes_read_only_ends_the_session_and_lets_the_target_go()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        Directory.CreateDirectory(host.Recordings);
        Mount? mount = null;
        try
        {
            await EndsAsync(host, () =>
            {
                Assert.SkipUnless(Mount.Try("--bind", host.Recordings, host.Recordings), Mount.NotAllowed);
                mount = new Mount(host.Recordings);
                Assert.True(Mount.Try("-o", "remount,bind,ro", host.Recordings));
            });
            Assert.Matches("^INCOMPLETE ", await VerifyAsync(host));
        }
        finally
        {
            mount?.Dispose();
        }
        await host.ServesTheNextAsync(Cancellation);
    }

    /// <summary>A trace runs while something befalls the disk: the client is told why, and the process has no session of ours left.</summary>
    private static async Task EndsAsync(RelayHost host, Action befall)
    {
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        await trace.ReadDataAsync(Cancellation);
        befall();
        // Somebody reads on, so that nothing waits for him.
        Task<Refused?> lastWord = trace.LastWordAsync(Cancellation);
        SessionClosed closed = await session.Control.ReadClosedAsync(Cancellation);
        Assert.Equal(ErrorCode.RecordingFailed, closed.Code);
        await lastWord;
        await host.Agent.WaitForErrorAsync(l => l.Contains("closed (recording-failed)", StringComparison.Ordinal));
        await TargetSessions.AreFreeAsync(sample.Id, Cancellation);
    }

    private static async Task<string> VerifyAsync(RelayHost host)
    {
        string recording = Directory.GetDirectories(host.Recordings).Single();
        await using TestProcess verify = await TestProcess.RunAsync(
            BuiltPrograms.Client, ["recording", "verify", recording, "--ca", host.CaFile, "--ledger", host.Folder.File("state")], RelayHost.NoDiagnostics);
        return verify.Output.Text;
    }
}
