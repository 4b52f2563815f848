using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Hosting;

/// <summary>What the host's programs are when they are shipped: native code, with nothing in them that could be attached to.</summary>
public sealed class NativeProgramTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_compile_nothing_and_open_no_diagnostic_port_even_when_asked_to()
    {
        Assert.SkipWhen(BuiltPrograms.HostFolder is null, "these programs are not the shipped ones: tests/published.sh runs this");
        using var folder = new TemporaryFolder();
        await using RelayHost host = await RelayHost.StartAsync(temporaryFolder: folder.Path, diagnostics: true);
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        TargetProcess target = await session.FindAsync(sample.Id, Cancellation);
        await using RawClient trace = await session.SendAsync(
            session.Sign(session.Request("trace", target, new EventPipeParameters { Providers = [new EventProvider("Nobody", 0, 0)], BufferMegabytes = 1, Rundown = false, DurationSeconds = 60 })), Cancellation);
        await trace.Reader.ExpectAsync(FrameType.Accepted, Cancellation);

        // The search finds what it looks for in a process that has both.
        Assert.True(HasCompiler(sample.Id));
        Assert.NotEmpty(DiagnosticSocketsOf(sample.Id));

        int broker = HostProcesses.BrokerOf(host);
        foreach (int pid in (int[])[host.Agent.Id, broker, HostProcesses.WorkersOf(broker).Single()])
        {
            Assert.False(HasCompiler(pid));
            Assert.Empty(DiagnosticSocketsOf(pid));
        }
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path, "*diagnostic*"));
        await trace.Writer.WriteAsync(FrameType.Stop, Cancellation);
        Assert.False((await trace.ReadToEndAsync(Cancellation)).Partial);
    }

    private static bool HasCompiler(int pid)
        => File.ReadLines($"/proc/{pid}/maps").Any(line => new[] { "libclrjit", "libcoreclr", "libmscordaccore", "libcoreclrtraceptprovider" }.Any(library => line.Contains(library, StringComparison.Ordinal)));

    /// <summary>Unix sockets with a name of the runtime's that a process holds: descriptors name the sockets, /proc/net/unix what they are called.</summary>
    private static IReadOnlyList<string> DiagnosticSocketsOf(int pid)
    {
        HashSet<string> held = [.. Directory.GetFileSystemEntries($"/proc/{pid}/fd").Select(fd => new FileInfo(fd).LinkTarget ?? "")];
        return
        [
            .. File.ReadLines($"/proc/{pid}/net/unix").Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(columns => columns.Length > 7 && columns[7].Contains("dotnet-diagnostic", StringComparison.Ordinal) && held.Contains($"socket:[{columns[6]}]")).Select(columns => columns[7]),
        ];
    }
}
