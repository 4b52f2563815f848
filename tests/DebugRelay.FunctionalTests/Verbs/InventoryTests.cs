using System.Text.Json;
using DebugRelay.Recording;
using DebugRelay.Surfaces.Inventory;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Verbs;

/// <summary>`inventory`, with real processes that have left doors open.</summary>
public sealed class InventoryTests
{
    [Fact]
    public async Task Ways_into_a_process_are_listed_with_who_may_use_them_and_what_is_wrong()
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string?>
        {
            ["TMPDIR"] = folder.Path, ["DOTNET_DbgEnableMiniDump"] = "1", ["DOTNET_ENABLEDIAGNOSTICS"] = "0", ["ASPNETCORE_ENVIRONMENT"] = "Development", ["DOTNET_PerfMapEnabled"] = "0",
        };
        await using TestProcess target = await StartSampleAsync(folder, environment);
        string socket = Directory.GetFiles(folder.Path, "dotnet-diagnostic-*-socket").Single(f => f.Contains($"-{target.Id}-", StringComparison.Ordinal));
        File.SetUnixFileMode(socket, File.GetUnixFileMode(socket) | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);

        (int exitCode, InventoryReport report) = await LocalAsync();
        InventoryProcess process = Assert.Single(report.Processes, p => p.Pid == target.Id);
        Assert.Equal("debugrelay-sample", process.Name);
        Assert.Contains(process.Ways, w => w is { Kind: "diagnostics socket", Who: "every user" } && w.Detail == socket);
        Assert.Contains(process.Ways, w => w is { Kind: "debugger pipe", Who: "its user and root" });
        Assert.Equal(["DBG101", "DBG102", "DBG111", "DBG201", "DBG427"], process.Findings.Select(f => f.Rule).Where(r => r != "DBG121").Order());
        Assert.Equal(4, exitCode);
    }

    [Fact]
    public async Task A_process_that_shut_its_doors_has_no_ways_in()
    {
        using var folder = new TemporaryFolder();
        await using TestProcess target = await StartSampleAsync(folder, new Dictionary<string, string?> { ["TMPDIR"] = folder.Path, ["DOTNET_EnableDiagnostics"] = "0" });
        (_, InventoryReport report) = await LocalAsync();
        InventoryProcess process = Assert.Single(report.Processes, p => p.Pid == target.Id);
        Assert.Empty(process.Ways);
        Assert.DoesNotContain(process.Findings, f => f.Rule != "DBG121");
    }

    [Fact]
    public async Task The_agent_gives_the_inventory_of_its_host_to_who_may_have_it()
    {
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RelayHost host = await RelayHost.StartAsync(RelayHost.Policy("inventory"));
        await using TestProcess client = await host.RunClientAsync("inventory", "--json");
        Assert.True(client.ExitCode is 0 or 4, client.Errors.Text);
        InventoryReport report = InventoryReport.FromJson(System.Text.Encoding.UTF8.GetBytes(client.Output.Text));
        Assert.Equal("test-host", report.Host);
        Assert.Contains(report.Processes, p => p.Pid == sample.Id && p.Ways.Any(w => w.Kind == "diagnostics socket"));
        int broker = HostProcesses.BrokerOf(host);
        Assert.DoesNotContain(report.Processes, p => p.Pid == broker || p.Pid == host.Agent.Id);
        // What stands in the environment is no business of an inventory.
        Assert.All(sample.Secrets, s => Assert.DoesNotContain(s.Value, client.Output.Text, StringComparison.Ordinal));

        await using RelayHost closed = await RelayHost.StartAsync();
        await using TestProcess refused = await closed.RunClientAsync("inventory");
        Assert.Equal(3, refused.ExitCode);
    }

    [Fact]
    public async Task A_door_that_opens_is_told_to_who_may_know_and_stands_in_the_ledger_once()
    {
        await using RelayHost host = await RelayHost.StartAsync(RelayHost.Policy("counters", "inventory", "process.list"), prepare: folder => RelayHost.AddToConfiguration(folder, "\"watchSurfaces\": \"1s\""));
        await using SampleProcess watched = await SampleProcess.StartAsync();
        await using TestProcess client = host.StartClient(host.Authority.Client(RelayHost.Alice), "counters", $"{watched.Id}", "--json");
        await client.WaitForOutputAsync(l => l.Contains("\"provider\"", StringComparison.Ordinal));

        // A program of its own name: samples of other tests open doors as well.
        string program = $"shop-{Guid.NewGuid():n}"[..12];
        foreach (string ending in new[] { ".dll", ".runtimeconfig.json" })
            File.Copy(Path.Combine(AppContext.BaseDirectory, "debugrelay-sample" + ending), host.Folder.File(program + ending));
        var open = new Dictionary<string, string?> { ["DOTNET_DbgEnableMiniDump"] = "1" };
        await using (TestProcess first = StartNamed(host.Folder, program, open))
            await client.WaitForErrorAsync(l => l.Contains($"{program} (pid {first.Id})", StringComparison.Ordinal) && l.Contains("DBG111", StringComparison.Ordinal));
        // It starts again, with the same door: that is no news. Another door is, and comes later.
        await using TestProcess again = StartNamed(host.Folder, program, new Dictionary<string, string?>(open) { ["ASPNETCORE_ENVIRONMENT"] = "Development" });
        await client.WaitForErrorAsync(l => l.Contains($"{program} (pid {again.Id})", StringComparison.Ordinal) && l.Contains("DBG201", StringComparison.Ordinal));

        LedgerEntry[] told = [.. LedgerReader.ReadEntries(LedgerNames.Folder(host.Folder.File("state"), LedgerNames.Broker)).Where(e => e.Kind == LedgerKinds.Surface && e.Body.TryGetProperty("process", out JsonElement name) && name.GetString() == program)];
        Assert.Single(told, e => e.Body.GetProperty("rule").GetString() == "DBG111");
        Assert.Single(told, e => e.Body.GetProperty("rule").GetString() == "DBG201");
    }

    private static TestProcess StartNamed(TemporaryFolder folder, string program, Dictionary<string, string?> environment)
        => TestProcess.Start("dotnet", ["exec", folder.File($"{program}.dll"), "--secrets", folder.File($"{Guid.NewGuid():n}.json"), "--exit-with-parent"], environment);

    private static async Task<TestProcess> StartSampleAsync(TemporaryFolder folder, Dictionary<string, string?> environment)
    {
        TestProcess process = TestProcess.Start(BuiltPrograms.Sample, ["--secrets", folder.File("secrets.json"), "--exit-with-parent"], environment);
        await process.WaitForOutputAsync(l => l.Contains("http", StringComparison.Ordinal));
        return process;
    }

    private static async Task<(int ExitCode, InventoryReport Report)> LocalAsync()
    {
        await using TestProcess client = await TestProcess.RunAsync(BuiltPrograms.Client, ["inventory", "--local", "--json"], RelayHost.NoDiagnostics, TimeSpan.FromSeconds(60));
        return (client.ExitCode, InventoryReport.FromJson(System.Text.Encoding.UTF8.GetBytes(client.Output.Text)));
    }
}
