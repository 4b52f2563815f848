using System.Globalization;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.TestSupport;

/// <summary>What the other functional tests rely on when they start processes.</summary>
public sealed class TestProcessTests
{
    [Fact]
    public async Task Finds_a_line_that_is_read_already_and_one_that_is_still_to_come()
    {
        await using var shell = TestProcess.Start("bash", ["-c", "echo first; read line; echo got $line >&2"]);

        await shell.WaitForOutputAsync(line => line == "first");
        await shell.Input.WriteLineAsync("more");
        await shell.Input.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal("got more", await shell.WaitForErrorAsync(line => line.StartsWith("got", StringComparison.Ordinal)));
        Assert.Equal("first", await shell.WaitForOutputAsync(line => line == "first"));
    }

    [Fact]
    public async Task Fails_with_the_output_when_the_line_never_comes()
    {
        await using var shell = TestProcess.Start("bash", ["-c", "echo only this"]);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => shell.WaitForOutputAsync(line => line == "that"));

        Assert.Contains("only this", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fails_when_the_time_is_up()
    {
        await using var shell = TestProcess.Start("bash", ["-c", "read forever"]);

        await Assert.ThrowsAsync<TimeoutException>(() => shell.WaitForOutputAsync(_ => true, TimeSpan.FromMilliseconds(50)));
        await Assert.ThrowsAsync<TimeoutException>(() => shell.WaitForExitAsync(TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public async Task Dispose_kills_it_and_what_it_started_even_when_suspended()
    {
        var shell = TestProcess.Start("bash", ["-c", "sleep 600 & echo $!; wait"]);
        int child = int.Parse(await shell.WaitForOutputAsync(_ => true), CultureInfo.InvariantCulture);
        shell.Suspend();

        await shell.DisposeAsync();

        // A killed process takes a moment to go.
        Assert.True(SpinWait.SpinUntil(() => !IsRunning(child) && !IsRunning(shell.Id), TestProcess.DefaultLimit));
    }

    [Fact]
    public async Task Sends_no_signal_to_an_id_whose_process_has_ended()
    {
        await using TestProcess shell = await TestProcess.RunAsync("bash", ["-c", "exit 7"]);

        Assert.Equal(7, shell.ExitCode);
        Assert.Throws<InvalidOperationException>(shell.Kill);
    }

    [Fact]
    public void A_temporary_folder_is_its_owner_s_alone_short_and_gone_afterwards()
    {
        string path;
        using (var folder = new TemporaryFolder())
        {
            path = folder.Path;
            folder.WriteFile("file", "text");
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
            Assert.True(path.Length <= Path.GetTempPath().Length + 10);
        }

        Assert.False(Directory.Exists(path));
    }

    // A killed orphan may stay a zombie until whoever inherited it looks: it runs no more all the same.
    private static bool IsRunning(int id)
    {
        string stat = $"/proc/{id}/stat";
        return File.Exists(stat) && !File.ReadAllText(stat).Contains(") Z ", StringComparison.Ordinal);
    }
}
