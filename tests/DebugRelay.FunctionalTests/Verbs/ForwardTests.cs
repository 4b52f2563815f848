using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Xunit;

namespace DebugRelay.FunctionalTests.Verbs;

/// <summary>`forward`: the real stock tools through it, and what it does not let through.</summary>
public sealed class ForwardTests(ObservedShop shop)
{
    [Fact]
    public async Task Dotnet_trace_collects_what_is_scrubbed()
    {
        string file = shop.Host.Folder.File("forwarded.nettrace");
        (Outcome outcome, string tool) = await ForwardAsync("alice", "dotnet-trace", $"collect --diagnostic-port $DEBUGRELAY_SOCKET,connect --providers DebugRelay-Sample-Shop,Microsoft-Windows-DotNETRuntime:0x8000:4 --duration 00:00:01 -o {file}");
        Assert.True(outcome.ExitCode == 0, outcome.Error + tool);
        Assert.Contains("Trace completed.", tool, StringComparison.Ordinal);
        int events = 0;
        using (var source = new EventPipeEventSource(file))
        {
            source.Dynamic.All += _ => events++;
            source.Process();
        }
        Assert.NotEqual(0, events);
        string text = System.Text.Encoding.Unicode.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        Assert.All(shop.Sample.Secrets, secret => Assert.DoesNotContain(secret.Value, text, StringComparison.Ordinal));
        Assert.Matches("note: trace .* masked .*email", outcome.Error);
    }

    [Fact]
    public async Task Dotnet_counters_collects_counters_and_meters()
    {
        string file = shop.Host.Folder.File("forwarded.csv");
        (Outcome outcome, string tool) = await ForwardAsync("alice", "dotnet-counters", $"collect --diagnostic-port {{socket}},connect --duration 00:00:02 --format csv -o {file}");
        Assert.True(outcome.ExitCode == 0, outcome.Error + tool);
        // Of the meter: the tool knows its own measurements by an id that must come back unchanged.
        Assert.Contains("dotnet.assembly.count", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dotnet_gcdump_collects_the_heaps_graph()
    {
        string file = shop.Host.Folder.File("forwarded.gcdump");
        (Outcome outcome, string tool) = await ForwardAsync("alice", "dotnet-gcdump", $"collect --diagnostic-port {{socket}},connect -o {file}");
        Assert.True(outcome.ExitCode == 0, outcome.Error + tool);
        Assert.Contains("System.String", System.Text.Encoding.UTF8.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dotnet_stack_reports_by_the_placeholders_pid()
    {
        (Outcome outcome, string tool) = await ForwardAsync("alice", "dotnet-stack", "report -p {pid}");
        Assert.True(outcome.ExitCode == 0, outcome.Error + tool);
        Assert.Contains("debugrelay-sample!Program.<Main>(class System.String[])", tool, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_that_is_refused_ends_and_the_rule_is_named()
    {
        string file = shop.Host.Folder.File("refused.nettrace");
        (Outcome outcome, string tool) = await ForwardAsync("bob", "dotnet-trace", $"collect --diagnostic-port {{socket}},connect --duration 00:00:01 -o {file}");
        Assert.Equal(3, outcome.ExitCode);
        Assert.Matches(@"refused: no role of spiffe://corp.example/ops/bob allows trace on debugrelay-sample", outcome.Error);
        Assert.Contains("0x80070005", tool, StringComparison.Ordinal);
        Assert.False(File.Exists(file) && new FileInfo(file).Length > 0);
    }

    [Fact]
    public async Task What_would_change_the_process_is_refused_and_the_rest_is_scrubbed()
    {
        using var done = new CancellationTokenSource();
        var opened = new TaskCompletionSource<string>();
        Task<Outcome> forward = shop.RunAsync("alice", ["forward", shop.Target, "--json"], done.Token, opened.SetResult);
        using var place = JsonDocument.Parse(await await Task.WhenAny(opened.Task, FailedAsync(forward)));
        string socket = place.RootElement.GetProperty("socket").GetString()!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket) & (UnixFileMode)0x1FF);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(socket)!) & (UnixFileMode)0x1FF);

        await using var connector = await DiagnosticsClientConnector.FromDiagnosticPort($"{socket},connect", CancellationToken.None);
        DiagnosticsClient client = connector.Instance;
        Assert.Throws<ServerErrorException>(() => client.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", "/tmp/evil.dll"));
        Assert.Throws<ServerErrorException>(() => client.AttachProfiler(TimeSpan.FromSeconds(1), Guid.NewGuid(), "/tmp/evil.so"));
        Assert.Throws<ServerErrorException>(() => client.ApplyStartupHook("/tmp/evil.dll"));
        Assert.Throws<ServerErrorException>(() => client.EnablePerfMap(PerfMapType.All));
        // Alice may take none: the rule reaches the tool's own message.
        string dump = Assert.Throws<ServerErrorException>(() => client.WriteDump(DumpType.Normal, shop.Host.Folder.File("any.dmp"), WriteDumpFlags.None)).Message;
        Assert.Contains("allows dump.mini", dump, StringComparison.Ordinal);
        Assert.False(File.Exists(shop.Host.Folder.File("any.dmp")));
        // Tools go on when they hear that it is unknown.
        Assert.Throws<UnsupportedCommandException>(client.ResumeRuntime);
        Assert.Equal(-1, await AnswerToAsync(socket, "GET / HTTP/1.1\r\n\r\n    "u8.ToArray()));

        Dictionary<string, string> environment = client.GetProcessEnvironment();
        Assert.StartsWith("[", environment["SHOP_DATABASE_PASSWORD"], StringComparison.Ordinal);
        Assert.True(shop.Sample.Process.HasExited is false);

        await done.CancelAsync();
        Outcome outcome = await forward;
        Assert.Equal(130, outcome.ExitCode);
        Assert.False(Path.Exists(Path.GetDirectoryName(socket)));
        Assert.Contains("SetEnvironmentVariable runs code in the process", outcome.Error, StringComparison.Ordinal);
    }

    private static async Task<string> FailedAsync(Task<Outcome> forward) => throw new InvalidOperationException((await forward).Error);

    /// <returns>-1 for an error reply, 0 for a yes.</returns>
    private static async Task<int> AnswerToAsync(string path, byte[] message)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await socket.SendAsync(message);
        byte[] reply = new byte[64];
        int got = await socket.ReceiveAsync(reply);
        return got >= 20 && reply[16] == 0xFF && reply[17] == 0 ? 0 : -1;
    }

    /// <summary>Runs a tool by `forward TARGET -- sh -c …`, and gives what both wrote.</summary>
    private async Task<(Outcome Outcome, string Tool)> ForwardAsync(string who, string tool, string arguments)
    {
        string log = shop.Host.Folder.File($"{tool}-{who}.log");
        string path = await StockTools.PathOfAsync(tool);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        Outcome outcome = await shop.RunAsync(who, ["forward", shop.Target, "--", "sh", "-c", $"exec dotnet {path} {arguments} > {log} 2>&1"], limit.Token);
        return (outcome, await File.ReadAllTextAsync(log));
    }
}
