using System.Diagnostics;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.Tests.Policy;

/// <summary>Runs the machine's own <c>openssl</c> in a folder.</summary>
internal static class OpenSsl
{
    public static void Succeed(string directory, params string[] arguments)
    {
        (int exitCode, string output) = Run(directory, arguments);
        Assert.True(exitCode == 0, $"openssl {string.Join(' ', arguments)}\n{output}");
    }

    public static (int ExitCode, string Output) Run(string directory, params string[] arguments)
    {
        Assert.SkipUnless(PublicTools.HasOpenSsl, PublicTools.NoOpenSsl);
        var start = new ProcessStartInfo("openssl", arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.GetAwaiter().GetResult() + errors);
    }
}
