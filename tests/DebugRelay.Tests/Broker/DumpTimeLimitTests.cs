using DebugRelay.Broker.Dumps;
using DebugRelay.Broker.Targets;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Tests.Policy.Grants;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace DebugRelay.Tests.Broker;

/// <summary>A real target, and a real worker that hangs; the clock alone is the test's.</summary>
public sealed class DumpTimeLimitTests
{
    [Fact]
    public async Task A_dump_that_takes_too_long_is_given_up_and_its_target_goes_on()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using SampleProcess shop = await SampleProcess.StartAsync("--rate", "1");
        UnixEndpoint endpoint = new ProcessFinder(new HashSet<int>(), ProcessFinder.UsualFolders).FindAll().Single(e => e.Process.Pid == shop.Id);
        var time = new FakeTimeProvider();
        using var store = new DumpStore(folder.File("dumps"), new DumpTraces(folder.File("dumping")), time);

        MadeDump dump = store.Begin(new DumpOrder(GrantSamples.Alice, endpoint, Operations.DumpFull, MaskLiterals: false, MaskFields: false, Seal: null));
        int worker = HostProcesses.DumpWorkersOf(Environment.ProcessId).Single();
        HostProcesses.Suspend(worker);
        await Wait.UntilAsync(() => StatesOf(shop.Id).Contains('t'), "the target stands still", TimeSpan.FromSeconds(60), cancellation);
        time.Advance(Limits.DumpTaking - TimeSpan.FromSeconds(1));
        Assert.False(dump.Ready.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));

        TargetException error = await Assert.ThrowsAsync<TargetException>(() => dump.Ready.WaitAsync(TimeSpan.FromSeconds(60), cancellation));
        Assert.Contains("was not written within 3 minutes; its target goes on", error.Message, StringComparison.Ordinal);
        await Wait.UntilAsync(() => !StatesOf(shop.Id).Any(s => s is 't' or 'T'), "the target goes on", TimeSpan.FromSeconds(60), cancellation);
        await HostProcesses.WaitUntilGoneAsync(worker, cancellation);
        Assert.Empty(Directory.GetFileSystemEntries(folder.File("dumps")));
        Assert.Empty(Directory.GetFileSystemEntries(folder.File("dumping")));
    }

    private static IReadOnlyList<char> StatesOf(int pid)
        => [.. Directory.GetDirectories($"/proc/{pid}/task").Select(task => File.ReadAllText(Path.Combine(task, "stat"))).Select(stat => stat[stat.LastIndexOf(')') + 2])];
}
