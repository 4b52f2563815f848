using System.Text.RegularExpressions;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.TestSupport.Dumps;

/// <summary>What `dotnet-dump analyze` says about a dump.</summary>
public static partial class DebuggerAnswers
{
    /// <summary>Why questions were not asked; null where the tool is there.</summary>
    public static async Task<string?> UnavailableAsync(string manifest)
    {
        await using TestProcess restore = await TestProcess.RunAsync("dotnet", ["tool", "restore", "--tool-manifest", manifest], limit: TimeSpan.FromMinutes(2));
        return restore.ExitCode == 0 ? null : "dotnet-dump could not be restored (no package source?)";
    }

    /// <summary>Asks all questions in one run of the tool.</summary>
    /// <returns>Lines of the answers, without the dump's path.</returns>
    public static async Task<string[]> AskAsync(string manifest, string dump, IEnumerable<string> questions)
    {
        string[] arguments = ["tool", "run", "dotnet-dump", "analyze", dump, .. questions.Append("exit").SelectMany(q => new[] { "-c", q })];
        await using TestProcess tool = TestProcess.Start("dotnet", arguments, workingDirectory: Path.GetDirectoryName(Path.GetDirectoryName(manifest)));
        tool.Input.Close();
        await tool.WaitForExitAsync(TimeSpan.FromMinutes(2));
        return [.. tool.Output.Text.Replace(dump, "DUMP", StringComparison.Ordinal).Split('\n')];
    }

    /// <summary>The address of the first object of a type.</summary>
    public static async Task<string> AddressOfAsync(string manifest, string dump, string type)
    {
        string[] lines = await AskAsync(manifest, dump, [$"dumpheap -type {type} -short"]);
        return lines.First(line => Address().IsMatch(line)).Trim();
    }

    [GeneratedRegex("^[0-9a-f]{12}\\s*$")]
    private static partial Regex Address();
}
