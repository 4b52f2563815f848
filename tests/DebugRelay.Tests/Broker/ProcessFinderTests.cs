using DebugRelay.Broker.Targets;
using DebugRelay.TestSupport;
using Xunit;

namespace DebugRelay.Tests.Broker;

/// <summary>
/// Anybody may put files into a folder of sockets; they must not stand in a process's way. Contained processes of the whole
/// machine are found as well, those of tests beside this one too: only this process's own endpoints are judged.
/// </summary>
public sealed class ProcessFinderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _pid = Environment.ProcessId;
    private readonly ulong _startTime = ProcessFacts.StartTime(Environment.ProcessId)!.Value;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Zeros_before_a_number_make_no_other_name_of_the_same_process()
    {
        string own = _folder.WriteFile($"dotnet-diagnostic-{_pid}-{_startTime}-socket", "");
        _folder.WriteFile($"dotnet-diagnostic-0{_pid}-{_startTime}-socket", "");
        _folder.WriteFile($"dotnet-diagnostic-{_pid}-0{_startTime}-socket", "");
        var finder = new ProcessFinder(new HashSet<int>(), [_folder.Path]);
        Assert.Equal(own, Assert.Single(Own(finder)).Path);
        Assert.Equal(own, finder.Find(_pid, _startTime)?.Path);
        File.Delete(own);
        Assert.Empty(Own(finder));
        Assert.Null(finder.Find(_pid, _startTime));
    }

    [Fact]
    public void The_first_folder_counts_and_a_dead_process_s_socket_is_none()
    {
        string name = $"dotnet-diagnostic-{_pid}-{_startTime}-socket";
        string own = _folder.WriteFile(name, "");
        using var others = new TemporaryFolder();
        others.WriteFile(name, "");
        others.WriteFile($"dotnet-diagnostic-{_pid}-{_startTime - 1}-socket", "");
        var finder = new ProcessFinder(new HashSet<int>(), [_folder.Path, others.Path]);
        Assert.Equal(own, Assert.Single(Own(finder)).Path);
        Assert.Equal(own, finder.Find(_pid, _startTime)?.Path);
        Assert.Null(finder.Find(_pid, _startTime - 1));
    }

    [Fact]
    public void Hidden_processes_are_not_found()
    {
        _folder.WriteFile($"dotnet-diagnostic-{_pid}-{_startTime}-socket", "");
        var finder = new ProcessFinder(new HashSet<int> { _pid }, [_folder.Path]);
        Assert.Empty(Own(finder));
        Assert.Null(finder.Find(_pid, _startTime));
    }

    private IEnumerable<UnixEndpoint> Own(ProcessFinder finder) => finder.FindAll().Where(e => e.Process.Pid == _pid);
}
