using System.Text.Json;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Access;

/// <summary>The way of a grant as its people walk it, with the real programs: refused, asked for, approved by two, used, used up.</summary>
public sealed class GrantTests
{
    [Fact]
    public async Task Two_approvers_open_one_trace_and_no_second()
    {
        await using AccessHost host = await AccessHost.StartAsync(AccessHost.Policy(approvers: 2));
        TestProcess refused = await host.TraceAsync("refused.nettrace");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("role oncall allows trace only with a grant by 2 approvers", refused.Errors.Text, StringComparison.Ordinal);
        Assert.Contains("access request", refused.Errors.Text, StringComparison.Ordinal);

        string grant = await host.GrantAsync(["--operation", "trace", "--for", "10m"], AccessHost.Lea);
        TestProcess oneOfTwo = await host.TraceAsync("one.nettrace", "--grant", grant);
        Assert.Equal(3, oneOfTwo.ExitCode);
        Assert.Contains("1 of 2 approvers", oneOfTwo.Errors.Text, StringComparison.Ordinal);
        AccessHost.Succeeded(await host.ApproveAsync(grant, grant, AccessHost.Leo));

        AccessHost.Succeeded(await host.TraceAsync("first.nettrace", "--grant", grant));
        Assert.True(new FileInfo(host.Host.Folder.File("first.nettrace")).Length > 0);
        TestProcess second = await host.TraceAsync("second.nettrace", "--grant", grant);
        Assert.Equal(3, second.ExitCode);
        Assert.Contains("is used up", second.Errors.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(host.Host.Folder.File("second.nettrace")));
        await AssertRecordedAsync(host, grant);
    }

    [Fact]
    public async Task A_use_outlives_the_brokers_sudden_death()
    {
        await using AccessHost host = await AccessHost.StartAsync(AccessHost.Policy());
        string grant = await host.GrantAsync(["--operation", "trace", "--uses", "2"], AccessHost.Lea);
        AccessHost.Succeeded(await host.TraceAsync("first.nettrace", "--grant", grant));
        int broker = HostProcesses.BrokerOf(host.Host);
        HostProcesses.Kill(broker);
        await HostProcesses.WaitUntilGoneAsync(broker, TestContext.Current.CancellationToken);
        AccessHost.Succeeded(await host.TraceAsync("second.nettrace", "--grant", grant));
        Assert.Equal(3, (await host.TraceAsync("third.nettrace", "--grant", grant)).ExitCode);
    }

    [Fact]
    public async Task The_end_of_a_grant_ends_the_trace_that_runs()
    {
        await using AccessHost host = await AccessHost.StartAsync(AccessHost.Policy());
        string grant = await host.GrantAsync(["--operation", "trace", "--for", "6s"], AccessHost.Lea);
        TestProcess cut = await host.TraceForAsync("60s", "cut.nettrace", "--grant", grant);
        Assert.Equal(3, cut.ExitCode);
        Assert.Contains("is over", cut.Errors.Text, StringComparison.Ordinal);
        Assert.True(File.Exists(host.Host.Folder.File("cut.partial.nettrace")));
    }

    [Fact]
    public async Task A_grants_bytes_end_the_trace_that_would_take_more()
    {
        await using AccessHost host = await AccessHost.StartAsync(AccessHost.Policy());
        string grant = await host.GrantAsync(["--operation", "trace", "--uses", "5", "--bytes", "20KiB"], AccessHost.Lea);
        TestProcess cut = await host.TraceForAsync("5s", "cut.nettrace", "--grant", grant);
        Assert.Equal(3, cut.ExitCode);
        Assert.Contains("bytes are used up", cut.Errors.Text, StringComparison.Ordinal);
        Assert.True(new FileInfo(host.Host.Folder.File("cut.partial.nettrace")).Length <= 20 * 1024);
    }

    [Fact]
    public async Task Nobody_approves_his_own_request_and_the_client_says_so_early()
    {
        await using AccessHost host = await AccessHost.StartAsync(AccessHost.Policy());
        string request = host.Host.Folder.File("request.json");
        AccessHost.Succeeded(await host.AliceAsync("access", "request", "--process", "debugrelay-sample", "--operation", "trace", "-o", request));
        TestProcess own = await host.ApproveAsync(request, host.Host.Folder.File("grant.json"), RelayHost.Alice);
        Assert.Equal(2, own.ExitCode);
        Assert.Contains("nobody approves his own request", own.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grant_of_another_hosts_or_a_changed_one_opens_nothing()
    {
        await using AccessHost host = await AccessHost.StartAsync(AccessHost.Policy());
        string grant = await host.GrantAsync(["--operation", "trace", "--uses", "2"], AccessHost.Lea);
        string text = await File.ReadAllTextAsync(grant, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(grant, text.Replace("\"uses\":2", "\"uses\":9", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        TestProcess changed = await host.TraceAsync("changed.nettrace", "--grant", grant);
        Assert.Equal(3, changed.ExitCode);
        Assert.Contains("does not hold over the document's bytes", changed.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ps_shows_what_a_grant_would_open()
    {
        await using AccessHost host = await AccessHost.StartAsync(AccessHost.Policy());
        TestProcess ps = AccessHost.Succeeded(await host.AliceAsync("ps"));
        Assert.Contains("WITH A GRANT", ps.Output.Text, StringComparison.Ordinal);
        Assert.Contains("trace", ps.Output.Text, StringComparison.Ordinal);
    }

    /// <summary>The recording of the allowed trace has the grant as it was signed, and names it in its decision.</summary>
    private static async Task AssertRecordedAsync(AccessHost host, string grant)
    {
        byte[] document = await File.ReadAllBytesAsync(grant, TestContext.Current.CancellationToken);
        string id = JsonDocument.Parse(document).RootElement.GetProperty("id").GetString()!;
        string[] entries = [.. Directory.GetFiles(host.Host.Recordings, "*.ndjson", SearchOption.AllDirectories).SelectMany(File.ReadAllLines)];
        Assert.Contains(entries, entry => entry.Contains(Convert.ToBase64String(document), StringComparison.Ordinal));
        Assert.Contains(entries, entry => entry.Contains($"\"grant\":\"{id}\"", StringComparison.Ordinal) && entry.Contains("\"allowed\":true", StringComparison.Ordinal));
    }
}
