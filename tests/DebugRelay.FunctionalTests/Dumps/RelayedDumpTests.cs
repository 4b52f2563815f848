using System.Security.Cryptography;
using System.Text.Json;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Dumps;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Dumps;

/// <summary>Dumps of a live process, taken through agent and broker as an engineer does it.</summary>
public sealed class RelayedDumpTests
{
    private const string Role = """
        "members": ["spiffe://corp.example/eng/*"], "targets": [{ "process": "*" }]
        """;

    [Fact]
    public async Task A_dump_comes_sanitised_recorded_and_leaves_nothing_on_the_host()
    {
        await using RelayHost host = await RelayHost.StartAsync(Policy("dump.heap"));
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync();
        string file = host.Folder.File("out.dmp");

        await using TestProcess client = await host.RunClientAsync("dump", $"{target.Id}", "-o", file, "--json");

        Assert.True(client.ExitCode == 0, client.Errors.Text + client.Output.Text + host.Agent.Errors.Text);
        Assert.Empty(SecretSearch.Find(file, target.Secrets));
        OperationEnd end = EndOf(client.Output.Text);
        Assert.True(end.Dump is { Heap: true, Verified.Objects: > 10_000, Canaries: > 100 });
        Assert.Contains("system-call-filter", end.Dump.Isolation);
        Assert.Contains("program-files-only", end.Dump.Isolation);
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)));
        Assert.Equal(sha256, end.Dump.Sha256);
        Assert.Equal(sha256, end.Sha256);
        string recorded = Path.Combine(host.OnlyRecording(), "streams");
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Directory.GetFiles(recorded, "*.dmp").Single(), TestContext.Current.CancellationToken))));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        AssertNothingIsLeft(host, target);
    }

    [Fact]
    public async Task A_link_that_breaks_is_mended_without_another_dump()
    {
        await using RelayHost host = await RelayHost.StartAsync(Policy("dump.triage", """, "limits": { "dumps": 1 }"""));
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync();
        using var proxy = new BadNetwork(host.Port, cutAfter: 3_000_000);
        string file = host.Folder.File("out.dmp");

        await using TestProcess client = await host.RunClientThroughAsync(proxy.Port, "dump", $"{target.Id}", "--type", "triage", "-o", file, "--json");

        Assert.True(client.ExitCode == 0, client.Errors.Text + client.Output.Text + host.Agent.Errors.Text);
        Assert.Equal(1, proxy.Cuts);
        Assert.Contains("trying again", client.Errors.Text, StringComparison.Ordinal);
        OperationEnd end = EndOf(client.Output.Text);
        // The second session brought the rest alone, and the whole is what the host has.
        Assert.InRange(end.Bytes, 1, end.Dump!.Bytes - 1);
        Assert.Equal(end.Dump.Sha256, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken))));
        Assert.Empty(SecretSearch.Find(file, target.Secrets));
        Assert.Equal(2, Directory.GetDirectories(host.Recordings).Length);
        // The role allows one a day, and it was had.
        await using TestProcess second = await host.RunClientAsync("dump", $"{target.Id}", "--type", "triage", "-o", host.Folder.File("second.dmp"));
        Assert.Equal(3, second.ExitCode);
        await using TestProcess other = await host.RunClientAsync("dump", $"{target.Id}", "--type", "full", "-o", host.Folder.File("other.dmp"));
        Assert.Equal(3, other.ExitCode);
        AssertNothingIsLeft(host, target);
    }

    [Fact]
    public async Task A_process_in_a_container_is_found_and_dumped()
    {
        await using DumpTargetProcess? target = await DumpTargetProcess.StartContainedAsync();
        Assert.SkipWhen(target is null, "no mount namespaces may be made here");
        await using RelayHost host = await RelayHost.StartAsync(Policy("dump.heap"));
        string file = host.Folder.File("out.dmp");
        await using TestProcess client = await host.RunClientAsync("dump", $"{target!.Id}", "-o", file, "--json");
        Assert.True(client.ExitCode == 0, client.Errors.Text + client.Output.Text + host.Agent.Errors.Text);
        Assert.True(EndOf(client.Output.Text).Dump!.Heap);
        Assert.Empty(SecretSearch.Find(file, target.Secrets));
        AssertNothingIsLeft(host, target);
        Assert.Empty(Directory.GetDirectories($"/proc/{target.Id}/root/mnt"));
    }

    internal static string Policy(string operations, string more = "") => $$"""
        { "roles": { "oncall": { {{Role}}, "allow": ["process.list", "process.info", "{{operations.Replace(",", "\", \"", StringComparison.Ordinal)}}"]{{more}} } } }
        """;

    internal static OperationEnd EndOf(string json)
        => JsonSerializer.Deserialize(JsonDocument.Parse(json).RootElement.GetProperty("end").GetRawText(), ProtocolJson.Default.OperationEnd)!;

    /// <summary>No file, no FIFO, and a target that goes on.</summary>
    internal static void AssertNothingIsLeft(RelayHost host, DumpTargetProcess target)
    {
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(host.Folder.Path, "spool", "dumps")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(host.Folder.Path, "state", "broker", "dumping")));
        Assert.DoesNotContain(target.HasExited ? [] : target.Threads, state => state is 'T' or 't');
    }
}
