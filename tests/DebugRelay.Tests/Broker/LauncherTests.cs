using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DebugRelay.Broker.Workers;
using DebugRelay.Tests.Policy;
using Xunit;

namespace DebugRelay.Tests.Broker;

/// <summary>What a worker cannot do that a target has taken over: a program of its own is started as workers are, takes from itself what they take, and tries.</summary>
public sealed class LauncherTests
{
    private const int Megabytes = 300;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_started_does_not_get_out(bool opensFiles)
    {
        if (RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64)
            Assert.Skip("It tries by the numbers of x86-64.");
        using var folder = new TemporaryDirectory();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
        string file = folder.File("public");
        await File.WriteAllTextAsync(file, "everybody may read this", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);

        Launcher.Processors = 1;

        (Launched launched, string[] lines) = await TryAsync([], $"{Environment.ProcessId}", file, $"{Megabytes << 20}", $"{opensFiles}");

        Assert.DoesNotContain(lines, l => l.StartsWith("done ", StringComparison.Ordinal));
        Assert.True(lines.Count(l => l.StartsWith("refused ", StringComparison.Ordinal)) > 30);
        Assert.InRange(Number(lines, "megabytes"), 10, Megabytes);
        Assert.Contains(opensFiles ? "applied system-call-filter" : "applied no-files", lines);
        Assert.Contains("applied memory-limit", lines);
        Assert.Contains("applied processor-limit", lines);
        Assert.Contains("program-files-only", launched.Rights.Applied);
        Assert.Contains("no-capabilities", launched.Rights.Applied);
        Assert.Contains("few-processors", launched.Rights.Applied);
        if (!Environment.IsPrivilegedProcess)
            return;
        Assert.InRange(Number(lines, "threads"), 0, 512);
        Assert.Contains("own-user", launched.Rights.Applied);
        Assert.NotEqual(new FileInfo("/proc/self/ns/net").LinkTarget, lines.Single(l => l.StartsWith("network ", StringComparison.Ordinal))["network ".Length..]);
    }

    private static int Number(string[] lines, string what) => int.Parse(lines.Single(l => l.StartsWith(what + " ", StringComparison.Ordinal))[(what.Length + 1)..], CultureInfo.InvariantCulture);

    private static async Task<(Launched Launched, string[] Lines)> TryAsync(string[] readable, params string[] arguments)
    {
        Launched launched = Launcher.Start("debugrelay-breakout", readable, arguments);
        using (launched.Socket)
        using (Process process = launched.Process)
        {
            var said = new StringBuilder();
            byte[] buffer = new byte[64 * 1024];
            while (await launched.Socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var got)
                said.Append(Encoding.UTF8.GetString(buffer, 0, got));
            process.Kill();
            return (launched, said.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }
}
