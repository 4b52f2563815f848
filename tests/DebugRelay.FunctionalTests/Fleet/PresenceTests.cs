using System.Text.Json;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Fleet;

/// <summary>Hosts that say on a real bus how they are, and the client that lists them.</summary>
public sealed class PresenceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_is_listed_with_its_health_and_one_that_went_silent_is_shown()
    {
        Assert.SkipWhen(NatsBus.Program is null, NatsBus.Missing);
        await using RelayHost host = await RelayHost.StartAsync(prepare: folder => RelayHost.AddToConfiguration(folder, "\"metrics\": \"observe\""));
        using var away = new TemporaryFolder();
        RelayHost.WriteConfiguration(away, host.Authority, RelayHost.OpenPolicy);
        away.WriteFile("agent.json", File.ReadAllText(away.File("agent.json")).Replace("test-host", "web.corp.example", StringComparison.Ordinal));
        await using NatsBus bus = await NatsBus.StartAsync(host.Authority, FleetHosts.Users("test-host", "web.corp.example"), cancellation: Cancellation);
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using TestProcess shipper = await FleetHosts.StartShipperAsync(bus, host.Folder, "test-host", $", \"seconds\": 1, \"labels\": {{ \"site\": \"ams\" }}, \"address\": \"127.0.0.1:{host.Port}\"");
        await using TestProcess other = await FleetHosts.StartShipperAsync(bus, away, "web.corp.example", ", \"seconds\": 1, \"labels\": { \"site\": \"fra\" }");

        JsonElement[] hosts = await ListAsync(listed => listed.Length == 2);
        JsonElement first = hosts[0];
        Assert.Equal("test-host", first.GetProperty("host").GetString());
        Assert.Equal("ready", first.GetProperty("state").GetString());
        Assert.Equal($"127.0.0.1:{host.Port}", first.GetProperty("address").GetString());
        Assert.Equal("ams", first.GetProperty("labels").GetProperty("site").GetString());
        Assert.InRange(first.GetProperty("processes").GetInt32(), 1, int.MaxValue);
        Assert.Contains(File.ReadAllText($"/proc/{sample.Id}/comm").TrimEnd(), first.GetProperty("processNames").EnumerateArray().Select(name => name.GetString()));
        // Its agent was never started.
        Assert.Equal("web.corp.example", hosts[1].GetProperty("host").GetString());
        Assert.Equal("not ready: no agent answers", hosts[1].GetProperty("state").GetString());

        Assert.Equal(["test-host"], (await ListAsync(_ => true, "--label", "site=ams")).Select(Name));
        Assert.Empty(await ListAsync(_ => true, "--label", "site=ams", "--label", "rack"));

        HostProcesses.Kill(other.Id);
        Assert.Equal(["web.corp.example"], (await ListAsync(listed => listed.Length == 1, "--silent")).Select(Name));
        await using TestProcess table = await FleetHosts.RunClientAsync(bus, host.Authority, host.Folder, FleetHosts.Alice, "hosts");
        Assert.Contains("2 of 2 hosts, 1 silent", table.Output.Text, StringComparison.Ordinal);

        // An agent that no longer answers is told within a heartbeat.
        HostProcesses.Kill(host.Agent.Id);
        await ListAsync(listed => listed.Any(each => Name(each) == "test-host" && each.GetProperty("state").GetString() == "not ready: no agent answers"));

        Task<JsonElement[]> ListAsync(Predicate<JsonElement[]> wanted, params string[] options)
        {
            string said = "";
            return Wait.ForAsync(
                async () =>
                {
                    await using TestProcess list = await FleetHosts.RunClientAsync(bus, host.Authority, host.Folder, FleetHosts.Alice, ["hosts", "--json", .. options]);
                    Assert.True(list.ExitCode == 0, list.Errors.Text);
                    said = list.Output.Text;
                    JsonElement[] listed = [.. list.Output.All.Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement)];
                    return wanted(listed) ? listed : null;
                },
                () => $"for the hosts as wanted: {said} {shipper.Errors.Text} {other.Errors.Text}");
        }
    }

    [Fact]
    public async Task Who_may_not_ask_is_told_what_to_do()
    {
        Assert.SkipWhen(NatsBus.Program is null, NatsBus.Missing);
        using var authority = new TestAuthority();
        using var folder = new TemporaryFolder();
        await using NatsBus bus = await NatsBus.StartAsync(authority, FleetHosts.Users("pay-07"), cancellation: Cancellation);
        await using TestProcess list = await FleetHosts.RunClientAsync(bus, authority, folder, FleetHosts.Identity("pay-07"), "hosts");
        Assert.Equal(5, list.ExitCode);
        Assert.Contains("your certificate's user is an engineer there", list.Errors.Text, StringComparison.Ordinal);
        Assert.Empty(list.Output.Text);
    }

    private static string Name(JsonElement host) => host.GetProperty("host").GetString()!;
}
