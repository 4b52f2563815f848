using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Verbs;

/// <summary>The scripts of `completion`, loaded by the shells that they are for, with the client on the path.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("bash", """source <(debugrelay completion bash); COMP_LINE="debugrelay exc"; COMP_POINT=${#COMP_LINE}; _debugrelay; printf '%s\n' "${COMPREPLY[@]}" """, "exceptions")]
    [InlineData("bash", """source <(debugrelay completion bash); COMP_LINE="debugrelay trace --form"; COMP_POINT=${#COMP_LINE}; _debugrelay; printf '%s\n' "${COMPREPLY[@]}" """, "--format")]
    [InlineData("fish", """debugrelay completion fish | source; complete -C 'debugrelay exc'""", "exceptions")]
    [InlineData("fish", """debugrelay completion fish | source; complete -C 'debugrelay trace --form'""", "--format")]
    [InlineData("zsh", """compdef() { : }; source <(debugrelay completion zsh); compadd() { print -l -- $@ }; words=(debugrelay exc); CURRENT=2; _debugrelay""", "exceptions")]
    public async Task A_shell_completes_with_the_script(string shell, string script, string completed)
    {
        string? found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, shell)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"{shell} is not installed");
        using var home = new TemporaryFolder();
        string[] arguments = shell == "zsh" ? ["-f", "-c", script] : shell == "fish" ? ["--no-config", "-c", script] : ["--norc", "-c", script];
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = $"{Path.GetDirectoryName(BuiltPrograms.Client)}:{Environment.GetEnvironmentVariable("PATH")}", ["HOME"] = home.Path,
        };
        await using TestProcess run = TestProcess.Start(found!, arguments, environment);
        await run.WaitForExitAsync(TimeSpan.FromSeconds(60));
        Assert.Contains(run.Output.Text.Split('\n'), line => line.Split('\t')[0].Trim() == completed);
    }
}
