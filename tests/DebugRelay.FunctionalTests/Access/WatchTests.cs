using System.Security.Cryptography.X509Certificates;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Access;

/// <summary>An operation that must be watched begins when another person watches, gives him the same bytes, and ends when he leaves.</summary>
public sealed class WatchTests
{
    private const string Observe = ", \"observe\": [\"trace\"]";

    [Fact]
    public async Task It_waits_for_its_observer_who_gets_the_same_bytes()
    {
        await using AccessHost host = await StartAsync();
        await using TestProcess trace = Start(host, "3s");
        string id = await SessionOfAsync(trace);
        using X509Certificate2 lea = host.Host.Authority.Client(AccessHost.Lea);
        TestProcess watch = AccessHost.Succeeded(await host.Host.RunClientAsync(lea, "sessions", "watch", id, "-o", host.Host.Folder.File("watched.nettrace")));
        Assert.Contains($"of {RelayHost.Alice}", watch.Errors.Text, StringComparison.Ordinal);
        await trace.WaitForExitAsync();
        // Its observer left when it was over: that is early enough to be whole, and late enough to be watched.
        Assert.True(trace.ExitCode == 0, trace.Errors.Text);
        Assert.Equal(File.ReadAllBytes(host.Host.Folder.File("t.nettrace")), File.ReadAllBytes(host.Host.Folder.File("watched.nettrace")));
        string[] entries = [.. Directory.GetFiles(host.Host.Recordings, "*.ndjson", SearchOption.AllDirectories).SelectMany(File.ReadAllLines)];
        Assert.Contains(entries, e => e.Contains("\"kind\":\"watch\"", StringComparison.Ordinal) && e.Contains(AccessHost.Lea, StringComparison.Ordinal));
        Assert.Contains(entries, e => e.Contains("\"observed\":true", StringComparison.Ordinal));
        foreach (string recording in Directory.GetDirectories(host.Host.Recordings))
            AccessHost.Succeeded(await TestProcess.RunAsync(BuiltPrograms.Client, ["recording", "verify", recording, "--ca", host.Host.CaFile]));
    }

    [Fact]
    public async Task It_ends_soon_when_the_observer_leaves()
    {
        await using AccessHost host = await StartAsync();
        await using TestProcess trace = Start(host, "120s");
        string id = await SessionOfAsync(trace);
        using X509Certificate2 lea = host.Host.Authority.Client(AccessHost.Lea);
        TestProcess watch = host.Host.StartClient(lea, "sessions", "watch", id);
        await watch.WaitForOutputAsync(line => line.Contains("DotNETRuntime", StringComparison.Ordinal));
        // Killed: nobody says good-bye.
        await watch.DisposeAsync();
        await trace.WaitForExitAsync();
        Assert.True(trace.ExitCode == 3, $"{trace.ExitCode}: {trace.Errors.Text}");
        Assert.Contains("nobody has watched for 10 s", trace.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_watch_other_processes_alone_neither_counts_nor_sees()
    {
        const string Elsewhere = """ }, "elsewhere": { "members": ["spiffe://corp.example/ops/*"], "targets": [{ "process": "other" }], "allow": ["session.watch"] """;
        await using AccessHost host = await AccessHost.StartAsync(AccessHost.Policy(more: Observe + Elsewhere, allow: "\"process.list\", \"trace\"", withGrant: false));
        await using TestProcess trace = Start(host, "2s");
        string id = await SessionOfAsync(trace);
        await using TestProcess blind = host.Host.StartClient(host.Host.Authority.Client("spiffe://corp.example/ops/otto"), "sessions", "watch", id);
        string recording = Path.Combine(host.Host.Recordings, id);
        await Wait.UntilAsync(() => Directory.GetFiles(recording, "*.ndjson").SelectMany(File.ReadLines).Any(line => line.Contains("ops/otto", StringComparison.Ordinal)), "the recording tells of the watcher", cancellation: TestContext.Current.CancellationToken);
        Assert.Empty(Directory.GetFiles(host.Host.Folder.Path, "t*.nettrace"));

        AccessHost.Succeeded(await host.Host.RunClientAsync(host.Host.Authority.Client(AccessHost.Lea), "sessions", "watch", id, "-o", host.Host.Folder.File("watched.nettrace")));
        await trace.WaitForExitAsync();
        Assert.True(trace.ExitCode == 0, trace.Errors.Text);
        await blind.WaitForExitAsync();
        Assert.Equal(3, blind.ExitCode);
        Assert.Contains("the session is over", blind.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_watches_himself_nor_without_the_right()
    {
        await using AccessHost host = await StartAsync();
        await using TestProcess trace = Start(host, "120s");
        string id = await SessionOfAsync(trace);
        TestProcess self = await host.AliceAsync("sessions", "watch", id);
        Assert.Equal(3, self.ExitCode);
        TestProcess gone = await host.Host.RunClientAsync(host.Host.Authority.Client(AccessHost.Lea), "sessions", "watch", new string('0', 32));
        Assert.Equal(3, gone.ExitCode);
        Assert.Contains("no session", gone.Errors.Text, StringComparison.Ordinal);
    }

    private static Task<AccessHost> StartAsync() => AccessHost.StartAsync(AccessHost.Policy(more: Observe + ", \"limits\": { \"sessions\": 4 }", allow: "\"process.list\", \"trace\", \"session.watch\"", withGrant: false));

    private static TestProcess Start(AccessHost host, string duration) => host.Host.StartClient(
        host.Host.Authority.Client(RelayHost.Alice), "trace", $"{host.Sample.Id}", "--profile", "exceptions", "--duration", duration, "-o", host.Host.Folder.File("t.nettrace"), "--reason", "x");

    private static async Task<string> SessionOfAsync(TestProcess trace)
    {
        string line = await trace.WaitForErrorAsync(l => l.Contains("sessions watch", StringComparison.Ordinal));
        return line.Split("sessions watch ")[1].Trim();
    }
}
