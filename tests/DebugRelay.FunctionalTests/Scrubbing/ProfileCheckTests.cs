using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Scrubbing;

/// <summary>A profile that cannot be used is told before there is a session.</summary>
public sealed class ProfileCheckTests
{
    [Theory]
    [InlineData("check")]
    [InlineData("run")]
    public async Task A_broken_profile_is_told_with_its_line(string verb)
    {
        await using TestProcess agent = await RunAsync(verb, "{\n  \"rules\": [],\n  \"detectors\": { \"e-mail\": \"off\" },\n}");

        Assert.Equal(1, agent.ExitCode);
        Assert.Contains("scrub profile scrub.json: detectors.e-mail (line 3): there is no such rule", agent.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_good_profile_passes_the_check()
    {
        await using TestProcess agent = await RunAsync("check", ProfileHost.Profile("\"extends\": \"strict\","));

        Assert.True(agent.ExitCode == 0, agent.Errors.Text);
    }

    private static async Task<TestProcess> RunAsync(string verb, string profile)
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority();
        string configuration = RelayHost.WriteConfiguration(folder, authority, RelayHost.OpenPolicy);
        ProfileHost.Write(folder, profile);
        return await TestProcess.RunAsync(BuiltPrograms.Agent, [verb, "--config", configuration], RelayHost.NoDiagnostics);
    }
}
