using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using DebugRelay.Protocol;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Hosting;

/// <summary>Agent and broker with sockets that somebody else has opened for them (sd_listen_fds(3)), as systemd does.</summary>
public sealed class SocketActivationTests
{
    private const int SetDescriptorFlags = 2;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_connects_before_they_run_is_served_when_they_do()
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority();
        string configuration = RelayHost.WriteConfiguration(folder, authority, RelayHost.OpenPolicy);
        RelayHost.AddToConfiguration(folder, "\"broker\": \"broker\"");
        using var port = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        port.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        port.Listen();
        using var place = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        place.Bind(new UnixDomainSocketEndPoint(folder.File("broker")));
        place.Listen();

        int number = ((IPEndPoint)port.LocalEndPoint!).Port;
        Task<RawSession> opening = RawSession.OpenAsync(number, authority.Client(RelayHost.Alice), Cancellation);
        await using TestProcess agent = StartWith(port, BuiltPrograms.Agent, configuration), broker = StartWith(place, BuiltPrograms.Broker, configuration);
        Assert.Contains($"127.0.0.1:{number}", await agent.WaitForOutputAsync(l => l.Contains("listening", StringComparison.Ordinal)), StringComparison.Ordinal);
        await using (RawSession session = await opening)
        {
            await using RawClient list = await session.SendAsync(session.Sign(session.Request("process.list")), Cancellation);
            await list.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        }

        // It is not theirs to take away.
        broker.Terminate();
        Assert.Equal(0, await broker.WaitForExitAsync());
        Assert.True(File.Exists(folder.File("broker")));
    }

    /// <summary>The shell has the pid that the program then has.</summary>
    private static TestProcess StartWith(Socket socket, string program, string configuration)
    {
        int descriptor = (int)socket.Handle;
        _ = Control(descriptor, SetDescriptorFlags, 0);
        try
        {
            string number = descriptor.ToString(CultureInfo.InvariantCulture);
            return TestProcess.Start("/bin/bash", ["-c", $"exec 3<&{number} {number}<&-; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" \"$@\"", program, "run", "--config", configuration], RelayHost.NoDiagnostics);
        }
        finally
        {
            _ = Control(descriptor, SetDescriptorFlags, 1);
        }
    }

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int descriptor, int command, int argument);
}
