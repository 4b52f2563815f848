using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Access;

/// <summary>`dump --unscrubbed` under a grant that names an incident: the dump is opened here, and stays sealed on its way and in the recording.</summary>
public sealed class UnscrubbedDumpTests
{
    [Fact]
    public async Task A_dump_as_it_is_needs_a_grant_and_is_sealed()
    {
        await using AccessHost host = await AccessHost.StartAsync(AccessHost.Policy(allow: "\"process.list\", \"process.info\", \"dump.mini\""));
        string file = host.Host.Folder.File("raw.dmp");
        string[] dump = ["dump", $"{host.Sample.Id}", "--type", "mini", "--unscrubbed", "-o", file];
        await using TestProcess without = await host.AliceAsync(dump);
        Assert.Equal(3, without.ExitCode);
        Assert.False(File.Exists(file));

        string grant = await host.GrantAsync(["--operation", "dump.mini", "--operation", "unscrubbed"], AccessHost.Lea);
        AccessHost.Succeeded(await host.AliceAsync([.. dump, "--grant", grant]));

        Assert.True(await BeginsWithElfAsync(file));
        foreach (string recorded in Directory.GetFiles(host.Host.Recordings, "*", SearchOption.AllDirectories))
            Assert.False(await BeginsWithElfAsync(recorded), recorded);
    }

    private static async Task<bool> BeginsWithElfAsync(string file)
    {
        await using FileStream stream = File.OpenRead(file);
        byte[] head = new byte[4];
        await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
        return head.AsSpan().SequenceEqual("\u007fELF"u8);
    }
}
