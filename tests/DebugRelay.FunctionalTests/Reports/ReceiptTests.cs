using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Reports;

/// <summary>The client keeps receipts of what it was shown, without being asked: they are the first witness.</summary>
public class ReceiptTests
{
    [Fact]
    public async Task The_clients_receipts_witness_the_recording()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using TestProcess client = await host.RunClientAsync("ps");
        Assert.True(client.ExitCode == 0, client.Errors.Text);
        string receipts = Directory.GetFiles(host.Folder.File("receipts"), "*.heads").Single();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(receipts));
        await using TestProcess verified = await TestProcess.RunAsync(
            BuiltPrograms.Client, ["recording", "verify", host.OnlyRecording(), "--ca", host.CaFile, "--heads", receipts], RelayHost.NoDiagnostics);
        Assert.StartsWith("OK ", verified.Output.Text, StringComparison.Ordinal);
        Assert.Contains(" heads witnessed, end countersigned", verified.Output.Text, StringComparison.Ordinal);
        string[] end = (await File.ReadAllTextAsync(receipts.Replace(".heads", ".ends", StringComparison.Ordinal), TestContext.Current.CancellationToken)).Split();
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(host.OnlyRecording(), "end.sig"), TestContext.Current.CancellationToken), Convert.FromBase64String(end[3]));
        Assert.DoesNotContain(" 0 heads witnessed", verified.Output.Text, StringComparison.Ordinal);
    }
}
