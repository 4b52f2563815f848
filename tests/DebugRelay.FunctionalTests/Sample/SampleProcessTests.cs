using System.Net;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Sample;

/// <summary>How the sample starts and ends, as the programs that start it rely on.</summary>
public sealed class SampleProcessTests
{
    [Fact]
    public async Task Says_its_own_id_and_an_address_that_answers()
    {
        await using SampleProcess sample = await SampleProcess.StartAsync();
        using var client = new HttpClient();

        string products = await client.GetStringAsync(new Uri(sample.Url, "/products"), TestContext.Current.CancellationToken);

        Assert.Contains("Blue Heron Teapot", products, StringComparison.Ordinal);
        Assert.Contains($"\"pid\":{sample.Id},", sample.Process.Output.Text, StringComparison.Ordinal);
        Assert.True(IPAddress.IsLoopback(IPAddress.Parse(sample.Url.Host)));
    }

    [Fact]
    public async Task Two_runs_share_no_secret()
    {
        await using SampleProcess first = await SampleProcess.StartAsync();
        await using SampleProcess second = await SampleProcess.StartAsync();

        Assert.Empty(first.Secrets.Select(secret => secret.Value).Intersect(second.Secrets.Select(secret => secret.Value)));
        Assert.Equal(first.Secrets.Count, first.Secrets.Select(secret => secret.Value).Distinct().Count());
    }

    [Fact]
    public async Task The_list_of_secrets_is_for_its_owner_alone()
    {
        await using SampleProcess sample = await SampleProcess.StartAsync();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(sample.SecretsFile));
    }

    [Fact]
    public async Task Leaks_nothing_when_the_list_cannot_be_written()
    {
        using var folder = new TemporaryFolder();
        string taken = folder.WriteFile("secrets.json", "mine");

        await using TestProcess sample = await TestProcess.RunAsync(BuiltPrograms.Sample, ["--secrets", taken]);

        Assert.Equal(1, sample.ExitCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(taken, TestContext.Current.CancellationToken));
        Assert.Empty(sample.Output.All);
    }

    [Theory]
    [InlineData("--rate")]
    [InlineData("--rate=0")]
    [InlineData("--burst=yes")]
    [InlineData("--secret=x")]
    [InlineData("--secrets=")]
    [InlineData("anything")]
    public async Task Refuses_what_it_does_not_know(string argument)
    {
        await using TestProcess sample = await TestProcess.RunAsync(BuiltPrograms.Sample, [argument]);

        Assert.Equal(2, sample.ExitCode);
        Assert.Contains("usage:", sample.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_with_its_parent()
    {
        await using SampleProcess sample = await SampleProcess.StartAsync();

        sample.Process.Input.Close();

        Assert.Equal(0, await sample.Process.WaitForExitAsync());
    }

    [Fact]
    public async Task Ends_in_order_on_SIGTERM_and_was_quiet()
    {
        await using SampleProcess sample = await SampleProcess.StartAsync("--burst", "--rate", "200");

        sample.Process.Terminate();

        Assert.Equal(0, await sample.Process.WaitForExitAsync());
        Assert.Single(sample.Process.Output.All);
        Assert.Empty(sample.Process.Errors.All);
    }

    [Fact]
    public async Task A_killed_one_says_so_by_its_exit_code()
    {
        await using SampleProcess sample = await SampleProcess.StartAsync();

        sample.Process.Suspend();
        sample.Process.Kill();

        Assert.Equal(128 + 9, await sample.Process.WaitForExitAsync());
    }
}
