using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Hosting;

/// <summary>Installing into a folder that stands for a host's root, and what systemd says of the result.</summary>
public sealed partial class InstallTests
{
    private static readonly string[] Units = ["debugrelay-broker.service", "debugrelay-agent.service"];

    [Fact]
    public async Task What_is_ours_is_replaced_and_removed_and_what_is_yours_stays()
    {
        using var folder = new TemporaryFolder();
        await using (TestProcess first = await AgentAsync("install", "--root", folder.Path))
            Assert.Equal(8, first.Output.Text.Split("written ").Length - 1);
        await using (TestProcess second = await AgentAsync("install", "--root", folder.Path))
            Assert.Equal(8, second.Output.Text.Split("unchanged ").Length - 1);

        string policy = folder.File("etc/debugrelay/policy.json"), unit = folder.File("usr/lib/systemd/system/debugrelay-agent.service");
        string right = await File.ReadAllTextAsync(unit, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(policy, "mine", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(unit, "an older version's", TestContext.Current.CancellationToken);
        await using (TestProcess third = await AgentAsync("install", "--root", folder.Path))
            Assert.Contains("kept       /etc/debugrelay/policy.json", third.Output.Text, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(policy, TestContext.Current.CancellationToken));
        Assert.Equal(right, await File.ReadAllTextAsync(unit, TestContext.Current.CancellationToken));
        Assert.Contains("ExecStart=/usr/lib/debugrelay/debugrelay-agent run --config /etc/debugrelay/agent.json", right, StringComparison.Ordinal);

        await using (TestProcess last = await AgentAsync("uninstall", "--root", folder.Path))
            Assert.Contains("kept       /etc/debugrelay", last.Output.Text, StringComparison.Ordinal);
        Assert.Equal(["agent.json", "policy.json"], Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f)!).Order());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(folder.File("etc/debugrelay/agent.json")));
    }

    [Fact]
    public async Task The_sample_configuration_is_one_that_the_agent_reads_and_its_policy_lets_nobody_in()
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority();
        await using (await AgentAsync("install", "--root", folder.Path)) { }
        string etc = folder.File("etc/debugrelay");
        RelayHost.WriteConfiguration(folder, authority, "{}");
        foreach (string file in new[] { "agent.crt", "agent.key", "ca.crt" })
            File.Move(folder.File(file), Path.Combine(etc, file));
        string configuration = Path.Combine(etc, "agent.json");
        await File.WriteAllTextAsync(configuration, (await File.ReadAllTextAsync(configuration, TestContext.Current.CancellationToken)).Replace("\"policy\":", "\"host\": \"test-host\", \"policy\":", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await using TestProcess check = await AgentAsync("check", "--config", configuration);
        Assert.True(check.ExitCode == 0, check.Errors.Text);
    }

    [Fact]
    public async Task Systemd_finds_both_units_sound_and_well_shut()
    {
        if (!File.Exists("/usr/bin/systemd-analyze"))
            Assert.Skip("systemd-analyze is not installed.");
        using var folder = new TemporaryFolder();
        await using (await AgentAsync("install", "--root", folder.Path)) { }
        foreach ((string unit, double most) in Units.Zip([2.5, 1.5]))
        {
            await using TestProcess security = await TestProcess.RunAsync("systemd-analyze", ["security", "--offline=true", "--no-pager", $"--root={folder.Path}", unit]);
            Match exposure = Exposure().Match(security.Output.Text);
            Assert.True(exposure.Success, security.Errors.Text);
            Assert.InRange(double.Parse(exposure.Groups[1].Value, CultureInfo.InvariantCulture), 0, most);
        }
    }

    [Fact]
    public async Task A_service_manager_hears_when_the_agent_is_ready_alive_and_stopping()
    {
        using var folder = new TemporaryFolder();
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(folder.File("notify")));
        var authority = new TestAuthority();
        string configuration = RelayHost.WriteConfiguration(folder, authority, RelayHost.OpenPolicy);
        await using TestProcess agent = TestProcess.Start(BuiltPrograms.Agent, ["run", "--config", configuration], new Dictionary<string, string?>(RelayHost.NoDiagnostics)
        {
            ["NOTIFY_SOCKET"] = folder.File("notify"), ["WATCHDOG_USEC"] = "400000",
        });
        Assert.Equal("READY=1", await HearAsync(manager));
        Assert.Equal("WATCHDOG=1", await HearAsync(manager));
        Assert.Equal("WATCHDOG=1", await HearAsync(manager));
        agent.Terminate();
        string heard;
        while ((heard = await HearAsync(manager)) == "WATCHDOG=1") { }
        Assert.Equal("STOPPING=1", heard);
        Assert.Equal(0, await agent.WaitForExitAsync());
        authority.Dispose();
    }

    private static async Task<string> HearAsync(Socket manager)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestProcess.DefaultLimit);
        byte[] buffer = new byte[100];
        return Encoding.ASCII.GetString(buffer, 0, await manager.ReceiveAsync(buffer, limit.Token));
    }

    private static async Task<TestProcess> AgentAsync(params string[] arguments)
    {
        TestProcess agent = await TestProcess.RunAsync(BuiltPrograms.Agent, arguments, RelayHost.NoDiagnostics);
        Assert.True(agent.ExitCode == 0, agent.Errors.Text);
        return agent;
    }

    [GeneratedRegex("Overall exposure level for [^:]+: ([0-9.]+)")]
    private static partial Regex Exposure();
}
