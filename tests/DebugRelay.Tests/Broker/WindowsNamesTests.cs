using System.Runtime.CompilerServices;
using DebugRelay.Broker.Targets.Windows;
using DebugRelay.Policy.Configuration;
using DebugRelay.Protocol.Windows;
using Xunit;

namespace DebugRelay.Tests.Broker;

/// <summary>Of what is Windows' alone, what can be judged anywhere: names, and the sample configuration.</summary>
public class WindowsNamesTests
{
    [Theory]
    [InlineData("dotnet-diagnostic-4711", 4711)]
    [InlineData("dotnet-diagnostic-04711", null)]
    [InlineData("dotnet-diagnostic--1", null)]
    [InlineData("dotnet-diagnostic-4711-1-socket", null)]
    [InlineData("dotnet-diagnostic-99999999999", null)]
    [InlineData("Dotnet-diagnostic-4711", null)]
    [InlineData("another", null)]
    public void A_runtime_s_pipe_is_known_by_its_own_spelling(string name, int? pid) => Assert.Equal(pid, RuntimePipe.PidOf(name));

    [Theory]
    [InlineData(@"\\.\pipe\debugrelay-broker", "debugrelay-broker")]
    [InlineData(@"\\.\PIPE\x", "x")]
    [InlineData(@"\\other\pipe\x", null)]
    [InlineData(@"\\.\pipe\", null)]
    [InlineData(@"\\.\pipe\..\x", null)]
    [InlineData("/run/debugrelay/broker", null)]
    [InlineData("spawn", null)]
    public void A_broker_s_pipe_is_one_of_this_machine(string path, string? name) => Assert.Equal(name, PipeName.Of(path));

    [Fact]
    public void The_sample_configuration_is_read_and_names_the_pipe_and_the_account()
    {
        HostConfiguration configuration = HostConfiguration.Load(Path.Combine(Root(), "packaging", "windows", "windows-agent.json"));
        Assert.EndsWith(@"\\.\pipe\debugrelay-broker", configuration.Broker, StringComparison.Ordinal);
        Assert.Equal(@"NT SERVICE\debugrelay-agent", configuration.AgentUser);
        Assert.Null(configuration.WatchSurfaces);
        Assert.Null(configuration.DiagnosticPort);
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
