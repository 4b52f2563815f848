using System.Runtime.CompilerServices;
using System.Text.Json;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Verbs;

/// <summary>The dotnet-* tools of the manifest, restored once. They are run by their assembly: the SDK's command line would cost as much again.</summary>
internal static class StockTools
{
    private static readonly Lazy<Task<string>> Restored = new(RestoreAsync);

    /// <summary>The assembly of a tool, to be run with `dotnet`.</summary>
    public static async Task<string> PathOfAsync(string tool)
    {
        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Manifest()));
        string version = manifest.RootElement.GetProperty("tools").GetProperty(tool).GetProperty("version").GetString()!;
        return Assert.Single(Directory.GetFiles(Path.Combine(await Restored.Value, tool, version, "tools"), $"{tool}.dll", SearchOption.AllDirectories));
    }

    /// <returns>The folder of packages.</returns>
    private static async Task<string> RestoreAsync()
    {
        await using TestProcess restore = await TestProcess.RunAsync("dotnet", ["tool", "restore", "--tool-manifest", Manifest()], limit: TimeSpan.FromMinutes(2));
        Assert.True(restore.ExitCode == 0, restore.Output.Text + restore.Errors.Text);
        return Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
    }

    private static string Manifest([CallerFilePath] string here = "")
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", ".config", "dotnet-tools.json"));
}
