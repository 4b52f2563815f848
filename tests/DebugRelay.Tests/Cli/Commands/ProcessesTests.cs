using DebugRelay.Cli.Commands;
using DebugRelay.Cli.Failures;
using DebugRelay.Protocol.Messages;
using Xunit;

namespace DebugRelay.Tests.Cli.Commands;

public class ProcessesTests
{
    private static readonly ListedProcess[] Listed = [Of(7, "Api"), Of(8, "Worker"), Of(9, "Worker"), Of(10, "worker"), Of(11, "42")];

    [Theory]
    [InlineData("8", 8)]
    [InlineData("Api", 7)]
    [InlineData("api", 7)]
    [InlineData("worker", 10)]
    public void Finds_one(string target, int pid) => Assert.Equal(pid, Processes.Choose(Listed, target, "host").Pid);

    [Theory]
    [InlineData("12")]
    [InlineData("Wor")]
    [InlineData("42")]
    [InlineData("")]
    public void Finds_none(string target)
    {
        NoTargetException failure = Assert.Throws<NoTargetException>(() => Processes.Choose(Listed, target, "host"));
        Assert.Equal(1, Failure.Of(failure).ExitCode);
    }

    [Theory]
    [InlineData("Worker", "8 (", "9 (")]
    [InlineData("WORKER", "8 (", "10 (")]
    public void Several_are_listed_and_none_is_taken(string target, params string[] listed)
    {
        UsageException refusal = Assert.Throws<UsageException>(() => Processes.Choose(Listed, target, "host"));
        Assert.All(listed, pid => Assert.Contains(pid, refusal.Message, StringComparison.Ordinal));
    }

    private static ListedProcess Of(int pid, string name) => new(new TargetProcess(pid, 1, name, "shop", DateTimeOffset.UnixEpoch), ["trace"]);
}
