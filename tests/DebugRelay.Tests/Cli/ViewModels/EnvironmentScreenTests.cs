using DebugRelay.Cli.ViewModels.Screens;
using DebugRelay.Tests.Cli.Tui.Support;
using Xunit;

namespace DebugRelay.Tests.Cli.ViewModels;

public sealed class EnvironmentScreenTests
{
    [Fact]
    public async Task A_process_s_variables_are_shown_by_name_as_the_host_scrubbed_them()
    {
        await using var client = new ShellUnderTest();
        client.Relay.Add(5, "Payments.Api", "svc", TimeSpan.FromHours(1));
        await client.StartAsync();
        client.Press("v");
        await client.UntilAsync(() => client.Shell.Top is EnvironmentScreen { List.Count: 2 });
        string picture = client.Picture();
        Assert.Contains("environment of Payments.Api 5", picture, StringComparison.Ordinal);
        Assert.True(picture.IndexOf("Production", StringComparison.Ordinal) < picture.IndexOf("[env]", StringComparison.Ordinal), picture);
        client.Press("Esc");
        Assert.IsNotType<EnvironmentScreen>(client.Shell.Top);
    }

    [Fact]
    public async Task What_the_policy_refuses_leads_to_a_request()
    {
        await using var client = new ShellUnderTest();
        client.Relay.Add(5, "Secret.Api", "svc", TimeSpan.FromHours(1));
        await client.StartAsync();
        client.Press("v");
        await client.UntilAsync(() => client.Shell.Top is RefusalScreen);
        Assert.Contains("process.environment", client.Picture(), StringComparison.Ordinal);
    }
}
