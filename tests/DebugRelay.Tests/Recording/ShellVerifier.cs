using System.Diagnostics;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.Tests.Recording;

/// <summary>Runs docs/verify-recording.sh as a reviewer would.</summary>
internal static class ShellVerifier
{
    private static readonly string Script = FindScript();

    public static (int ExitCode, string Output) Run(params string[] arguments) => Run(arguments, null);

    public static (int ExitCode, string Output) Run(string[] arguments, (string Name, string Value)? variable)
    {
        Assert.SkipUnless(PublicTools.HasOpenSsl, PublicTools.NoOpenSsl);
        var start = new ProcessStartInfo("sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Script);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        if (variable is { } set)
            start.Environment[set.Name] = set.Value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, (output + errors.GetAwaiter().GetResult()).TrimEnd('\n'));
    }

    private static string FindScript()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var script = Path.Combine(folder, "docs", "verify-recording.sh");
            if (File.Exists(script))
                return script;
        }

        throw new FileNotFoundException("docs/verify-recording.sh");
    }
}
