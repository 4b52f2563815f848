using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Hosting;

/// <summary>Agent and broker as two users, as they are installed: the one without any power, the other with seven of root's. The target is a third one's.</summary>
public sealed class TwoUsersTests
{
    // Numbers that no distribution gives to anybody (they lie above what adduser and systemd hand out).
    private const string Broker = "61001", Agent = "61002", Target = "61003", Group = "61010";
    private const string Powers = "-all,+sys_ptrace,+dac_override,+chown,+fowner,+setuid,+setgid,+kill";

    [Fact]
    public async Task Processes_of_a_third_user_are_reached_through_both_and_nobody_else_may_speak_to_the_broker()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/setpriv") || !OthersMayRun(BuiltPrograms.Agent))
            Assert.Skip("Other users are root's to take (setpriv), and must be able to read these programs.");
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority();
        await PrepareAsync(folder, authority);
        string configuration = folder.File("agent.json");
        var ownFolder = new Dictionary<string, string?>(RelayHost.NoDiagnostics) { ["HOME"] = "/nonexistent" };

        await using TestProcess target = As(Target, Target, [], BuiltPrograms.Sample, ["--secrets", folder.File("target/secrets.json"), "--exit-with-parent"], new Dictionary<string, string?> { ["HOME"] = "/nonexistent" });
        await target.WaitForOutputAsync(l => l.Contains("\"ready\":true", StringComparison.Ordinal));
        await using TestProcess broker = As(Broker, Group, ["--clear-groups", "--inh-caps", Powers, "--ambient-caps", Powers, "--bounding-set", Powers], BuiltPrograms.Broker, ["run", "--config", configuration], ownFolder);
        await broker.WaitForOutputAsync(l => l.Contains("listening", StringComparison.Ordinal));
        await using TestProcess agent = As(Agent, Agent, ["--groups", Group, "--inh-caps", "-all", "--bounding-set", "-all"], BuiltPrograms.Agent, ["run", "--config", configuration], ownFolder);
        string address = (await agent.WaitForOutputAsync(l => l.Contains("listening", StringComparison.Ordinal))).Split('"')[3];

        string pid = $"{target.Id}";
        await RunAsync(folder, address, "ps", output => Assert.Contains(pid, output, StringComparison.Ordinal));
        await RunAsync(folder, address, $"counters {pid} --duration 2s --json", output => Assert.Contains("cpu-usage", output, StringComparison.Ordinal));
        await RunAsync(folder, address, $"trace {pid} --duration 1s -o {folder.File("t.nettrace")}", _ => Assert.True(new FileInfo(folder.File("t.nettrace")).Length > 1000));
        await RunAsync(folder, address, $"dump {pid} --type triage -o {folder.File("d.dmp")}", _ => Assert.True(new FileInfo(folder.File("d.dmp")).Length > 100_000));

        // With these it starts workers as users of their own; the empty network they would share with it here is the service's.
        string[] lacking = [.. broker.Errors.All.Where(l => l.Contains("workers run without", StringComparison.Ordinal))];
        Assert.All(lacking, l => Assert.DoesNotContain("own-user", l, StringComparison.Ordinal));

        // Root is neither's user: the broker does not even read what he sends.
        using var stranger = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await stranger.ConnectAsync(new UnixDomainSocketEndPoint(folder.File("run/broker")), TestContext.Current.CancellationToken);
        Assert.Equal(0, await stranger.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        foreach (TestProcess service in new[] { agent, broker })
        {
            service.Terminate();
            Assert.Equal(0, await service.WaitForExitAsync());
        }
    }

    private static async Task RunAsync(TemporaryFolder folder, string address, string command, Action<string> check)
    {
        string[] arguments = [.. command.Split(' '), "--host", address, "--cert", folder.File("alice.crt"), "--key", folder.File("alice.key"), "--ca", folder.File("ca.crt")];
        await using TestProcess client = await TestProcess.RunAsync(BuiltPrograms.Client, arguments, new Dictionary<string, string?>(RelayHost.NoDiagnostics) { ["DEBUGRELAY_RECEIPTS"] = folder.File("receipts") }, TimeSpan.FromSeconds(120));
        Assert.True(client.ExitCode == 0, $"{command}: {client.Errors.Text}");
        check(client.Output.Text);
    }

    private static async Task PrepareAsync(TemporaryFolder folder, TestAuthority authority)
    {
        string configuration = RelayHost.WriteConfiguration(folder, authority, RelayHost.Policy("process.list", "process.info", "counters", "trace", "dump.triage"));
        RelayHost.AddToConfiguration(folder, $"\"broker\": \"run/broker\", \"agentUser\": \"{Agent}\"");
        using X509Certificate2 alice = authority.Client(RelayHost.Alice);
        RelayHost.WritePem(folder, "alice", alice);
        foreach (string name in new[] { "run", "recordings", "state/agent", "state/broker", "spool", "target" })
            Directory.CreateDirectory(folder.File(name));
        string[][] commands =
        [
            ["chmod", "755", folder.Path, folder.File("state")], ["chmod", "644", configuration, folder.File("policy.json"), folder.File("ca.crt"), folder.File("agent.crt")],
            ["chown", $"{Broker}:{Group}", folder.File("run"), folder.File("state/broker")], ["chmod", "750", folder.File("run")],
            ["chown", $"{Agent}:{Agent}", folder.File("recordings"), folder.File("state/agent"), folder.File("agent.key")],
            ["chown", $"root:{Group}", folder.File("spool")], ["chmod", "1770", folder.File("spool")], ["chown", Target, folder.File("target")],
        ];
        foreach (string[] command in commands)
        {
            await using TestProcess done = await TestProcess.RunAsync(command[0], command[1..]);
            Assert.True(done.ExitCode == 0, done.Errors.Text);
        }
    }

    private static TestProcess As(string user, string group, string[] powers, string program, string[] arguments, Dictionary<string, string?> environment)
        => TestProcess.Start("setpriv", ["--reuid", user, "--regid", group, .. powers is [] ? ["--clear-groups"] : powers, "--no-new-privs", program, .. arguments], environment);

    internal static bool OthersMayRun(string program)
    {
        for (string? path = program; path is not null; path = Path.GetDirectoryName(path))
        {
            if (!File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherExecute))
                return false;
        }
        return true;
    }
}
