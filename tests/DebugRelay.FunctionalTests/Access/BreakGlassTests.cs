using System.Security.Cryptography.X509Certificates;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using Xunit;

namespace DebugRelay.FunctionalTests.Access;

/// <summary>An emergency opens at once what a role allows in one: announced, marked, short, and not again.</summary>
public sealed class BreakGlassTests
{
    private const string Emergency = ", \"breakGlass\": { \"allow\": [\"trace\"], \"for\": \"6s\", \"again\": \"1h\" }";

    [Fact]
    public async Task It_is_announced_and_marked_and_cannot_be_had_again()
    {
        await using AccessHost host = await AccessHost.StartAsync(AccessHost.Policy(more: Emergency));
        using X509Certificate2 rita = host.Host.Authority.Client(AccessHost.Rita);
        await using RawSession reviewer = await RawSession.OpenAsync(host.Host.Port, rita, TestContext.Current.CancellationToken);
        Task<Notice> told = NoticeAsync(reviewer);

        TestProcess without = await host.TraceAsync("no.nettrace");
        Assert.Equal(3, without.ExitCode);
        Assert.Contains("--break-glass", without.Errors.Text, StringComparison.Ordinal);
        TestProcess nameless = await host.Host.RunClientAsync("trace", $"{host.Sample.Id}", "--duration", "1s", "--break-glass", "--reason", "x", "-o", host.Host.Folder.File("x.nettrace"));
        Assert.Contains("an emergency needs an incident", nameless.Errors.Text, StringComparison.Ordinal);

        TestProcess cut = await host.TraceForAsync("60s", "cut.nettrace", "--break-glass");
        Assert.Equal(3, cut.ExitCode);
        Assert.Contains("the emergency's time is over", cut.Errors.Text, StringComparison.Ordinal);
        Assert.Contains(RelayHost.Alice, (await told).Message, StringComparison.Ordinal);
        Assert.Contains("break-glass", host.Host.Agent.Errors.Text, StringComparison.Ordinal);
        string announced = File.ReadAllText(Directory.GetFiles(host.Host.Folder.File("state/agent/announcements"), "*.json").Single());
        Assert.Contains("\"incident\":\"INC-812\"", announced, StringComparison.Ordinal);
        Assert.Contains(Directory.GetFiles(host.Host.Recordings, "*.ndjson", SearchOption.AllDirectories).SelectMany(File.ReadAllLines), e => e.Contains("\"breakGlass\":true", StringComparison.Ordinal));

        HostProcesses.Kill(HostProcesses.BrokerOf(host.Host));
        TestProcess again = await host.TraceAsync("again.nettrace", "--break-glass");
        Assert.Equal(3, again.ExitCode);
        Assert.Contains("can declare the next from", again.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_a_sink_off_the_host_is_configured_nothing_begins_before_it_acknowledges()
    {
        await using AccessHost host = await AccessHost.StartAsync(AccessHost.Policy(more: Emergency), folder =>
        {
            string path = folder.File("agent.json");
            File.WriteAllText(path, File.ReadAllText(path).Replace("\"host\":", "\"announce\": \"shipper\",\n  \"host\":", StringComparison.Ordinal));
        });
        TestProcess refused = await host.TraceAsync("no.nettrace", "--break-glass");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("not acknowledged off the host", refused.Errors.Text, StringComparison.Ordinal);
        Assert.False(Directory.Exists(host.Host.Folder.File("state/broker/emergencies")));
    }

    private static async Task<Notice> NoticeAsync(RawSession reviewer)
    {
        while (await reviewer.Control.Reader.ReadAsync(TestContext.Current.CancellationToken) is { } frame)
        {
            if (frame.Type == FrameType.Notice)
                return frame.Read(ProtocolJson.Default.Notice);
        }
        throw new IOException("the agent closed");
    }
}
