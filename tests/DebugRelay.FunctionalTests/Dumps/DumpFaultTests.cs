using System.Net.Sockets;
using System.Text.Json;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Unix;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Dumps;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace DebugRelay.FunctionalTests.Dumps;

/// <summary>Whoever dies while a dump is written: the others are told, the target goes on, and nothing of the dump is left.</summary>
public sealed class DumpFaultTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_that_is_killed_lets_the_target_go()
    {
        await using var taking = await Taking.StartAsync();
        HostProcesses.Kill(taking.Worker);
        await taking.AssertOverAsync(exitCode: 1, "died");
        // The host takes another one at once.
        await using TestProcess again = await taking.Host.RunClientAsync("dump", $"{taking.Target.Id}", "--type", "mini", "-o", taking.Host.Folder.File("again.dmp"));
        Assert.True(again.ExitCode == 0, again.Errors.Text);
    }

    [Fact]
    public async Task A_target_that_is_killed_leaves_nothing()
    {
        await using var taking = await Taking.StartAsync();
        HostProcesses.Kill(taking.Target.Id);
        HostProcesses.Resume(taking.Worker);
        await taking.AssertOverAsync(exitCode: 1, "ended while its dump was written");
    }

    [Fact]
    public async Task A_broker_that_is_killed_leaves_a_reader_until_the_target_is_done()
    {
        await using var taking = await Taking.StartAsync();
        HostProcesses.Kill(taking.Broker);
        HostProcesses.Resume(taking.Worker);
        await taking.AssertOverAsync(exitCode: null, "");
    }

    [Fact]
    public async Task A_broker_that_comes_after_a_crash_of_all_lets_the_target_go()
    {
        await using var taking = await Taking.StartAsync();
        HostProcesses.Kill(taking.Broker);
        HostProcesses.Kill(taking.Worker);
        await taking.AssertOverAsync(exitCode: null, "");
    }

    [Fact]
    public async Task An_engineer_who_gives_up_lets_the_target_go()
    {
        await using var taking = await Taking.StartAsync();
        taking.Client.Interrupt();
        await taking.AssertOverAsync(exitCode: 130, "");
    }

    [Fact]
    public async Task A_disk_that_fills_up_lets_the_target_go()
    {
        using var folder = new TemporaryFolder();
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync();
        string fifo = folder.File("core");
        await using TestProcess made = await TestProcess.RunAsync("mkfifo", [fifo]);
        (Socket ours, SafeFileDescriptor theirs) = SocketPair.Create();
        SocketPair.Inherit(theirs);
        await using TestProcess worker = TestProcess.Start(BuiltPrograms.Find("debugrelay-dumpworker"), ["take", $"{theirs.DangerousGetHandle()}"]);
        theirs.Dispose();
        using var broker = new DescriptorSocket(ours);
        using (SafeFileHandle end = File.OpenHandle(fifo, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite), full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite),
            result = File.OpenHandle(folder.File("result"), FileMode.CreateNew, FileAccess.ReadWrite))
        {
            await broker.SendAsync(FrameType.DumpJob, JsonSerializer.SerializeToUtf8Bytes(new DumpJob(1L << 40), ProtocolJson.Default.DumpJob), [end, full, result], Cancellation);
        }

        Task dumping = target.DumpAsync(DumpType.Full, fifo, Cancellation);

        DumpLine? last = null;
        while (last?.Failure is null && await broker.ReceiveAsync(Cancellation) is var (frame, _))
            last = frame.Read(ProtocolJson.Default.DumpLine);
        Assert.Equal(ErrorCode.Storage, last?.Failure?.Code);
        Assert.Contains("could not be kept", last!.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal(1, await worker.WaitForExitAsync(Patience));
        await Assert.ThrowsAnyAsync<Exception>(() => dumping.WaitAsync(Patience, Cancellation));
        Assert.DoesNotContain(target.Threads, state => state is 'T' or 't');
        Assert.Equal(0, new FileInfo(folder.File("result")).Length);
    }

    /// <summary>A dump in the middle of its taking: the worker is stopped, so the target's createdump waits for it, and with it every thread of the target.</summary>
    private sealed class Taking : IAsyncDisposable
    {
        private Taking(RelayHost host, DumpTargetProcess target, TestProcess client) => (Host, Target, Client) = (host, target, client);

        public RelayHost Host { get; }

        public DumpTargetProcess Target { get; }

        public TestProcess Client { get; }

        public int Broker { get; private set; }

        public int Worker { get; private set; }

        private string Output => Host.Folder.File("out.dmp");

        public static async Task<Taking> StartAsync()
        {
            RelayHost host = await RelayHost.StartAsync(RelayedDumpTests.Policy("dump.full,dump.mini", """, "limits": { "dumps": 9 }"""));
            DumpTargetProcess target = await DumpTargetProcess.StartAsync();
            TestProcess client = host.StartClient(host.Authority.Client(RelayHost.Alice), "dump", $"{target.Id}", "--type", "full", "-o", host.Folder.File("out.dmp"));
            var taking = new Taking(host, target, client) { Broker = HostProcesses.BrokerOf(host) };
            string traces = Path.Combine(host.Folder.Path, "state", "broker", "dumping");
            await UntilAsync(() => Directory.Exists(traces) && Directory.EnumerateFileSystemEntries(traces).Any() && client.HasExited is false);
            taking.Worker = HostProcesses.DumpWorkersOf(taking.Broker).Single();
            HostProcesses.Suspend(taking.Worker);
            await UntilAsync(() => target.Threads.Contains('t'));
            return taking;
        }

        public async Task AssertOverAsync(int? exitCode, string words)
        {
            await Client.WaitForExitAsync(Patience);
            Assert.True(exitCode is null ? Client.ExitCode != 0 : Client.ExitCode == exitCode, $"{Client.ExitCode}: {Client.Errors.Text}");
            Assert.Contains(words, Client.Errors.Text, StringComparison.Ordinal);
            Assert.False(File.Exists(Output));
            await HostProcesses.WaitUntilGoneAsync(Worker, Cancellation);
            await UntilAsync(() => Target.HasExited || !Target.Threads.Any(state => state is 'T' or 't'));
            await UntilAsync(() => !Directory.EnumerateFileSystemEntries(Path.Combine(Host.Folder.Path, "state", "broker", "dumping")).Any());
            RelayedDumpTests.AssertNothingIsLeft(Host, Target);
        }

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            await Target.DisposeAsync();
            await Host.DisposeAsync();
        }

        private static Task UntilAsync(Func<bool> isSo) => Wait.UntilAsync(isSo, "the dump is where the test wants it", Patience, Cancellation);
    }
}
