using System.Net.Sockets;
using System.Runtime.InteropServices;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Hosting;

/// <summary>What docs/lockdown.md says of the direct way to a process, tried with real users: who gets a connection, and who does not.</summary>
public sealed class LockdownTests
{
    private const uint Service = 61003, Engineer = 61004;

    [Fact]
    public async Task The_direct_way_is_open_to_the_processs_own_user_alone_and_the_relay_still_finds_it()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/setpriv") || !TwoUsersTests.OthersMayRun(BuiltPrograms.Sample))
            Assert.Skip("Other users are root's to take (setpriv), and must be able to read these programs.");
        using var folder = new TemporaryFolder();
        string own = Directory.CreateDirectory(folder.File("service")).FullName;
        File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        await using (TestProcess chown = await TestProcess.RunAsync("chown", [$"{Service}", own]))
            Assert.Equal(0, chown.ExitCode);
        await using TestProcess target = AsUser(Service, BuiltPrograms.Sample, ["--secrets", Path.Combine(own, "secrets.json"), "--exit-with-parent"], own);
        await target.WaitForOutputAsync(l => l.Contains("\"ready\":true", StringComparison.Ordinal));
        string socket = Assert.Single(Directory.GetFiles(own, "dotnet-diagnostic-*"));

        // Where everybody may look into the folder, the socket's mode is what holds; where nobody may, it is not even to be seen.
        foreach (UnixFileMode open in new[] { UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute, UnixFileMode.None })
        {
            File.SetUnixFileMode(own, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | open);
            Assert.Equal(SocketError.AccessDenied, ConnectAs(Engineer, socket));
            await using TestProcess list = AsUser(Engineer, "ls", [own], "/");
            Assert.Equal(open == UnixFileMode.None, await list.WaitForExitAsync() != 0);
        }
        await using (TestProcess environment = AsUser(Engineer, "cat", [$"/proc/{target.Id}/environ"], "/"))
            Assert.NotEqual(0, await environment.WaitForExitAsync());

        // This is what remains.
        Assert.Equal(SocketError.Success, ConnectAs(Service, socket));

        await using RelayHost host = await RelayHost.StartAsync();
        await using TestProcess counters = await host.RunClientAsync("counters", $"{target.Id}", "--duration", "2s", "--json");
        Assert.True(counters.ExitCode == 0, counters.Errors.Text);
        Assert.Contains("cpu-usage", counters.Output.Text, StringComparison.Ordinal);
    }

    private static TestProcess AsUser(uint user, string program, string[] arguments, string temporary)
        => TestProcess.Start("setpriv", ["--reuid", $"{user}", "--regid", $"{user}", "--clear-groups", "--no-new-privs", program, .. arguments], new Dictionary<string, string?> { ["HOME"] = "/nonexistent", ["TMPDIR"] = temporary });

    /// <summary>Connects with another user's rights to files. They belong to the thread, which ends with them.</summary>
    private static SocketError ConnectAs(uint user, string path)
    {
        SocketError result = SocketError.SocketError;
        var thread = new Thread(() =>
        {
            _ = SetFileSystemUser(user);
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(path));
                result = SocketError.Success;
            }
            catch (SocketException error)
            {
                result = error.SocketErrorCode;
            }
        });
        thread.Start();
        thread.Join();
        return result;
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetFileSystemUser(uint user);
}
