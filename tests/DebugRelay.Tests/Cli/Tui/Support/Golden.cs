using System.Runtime.CompilerServices;
using Xunit;

namespace DebugRelay.Tests.Cli.Tui.Support;

/// <summary>Pictures that must stay as they are. One that is missing fails; DEBUGRELAY_GOLDEN=write writes them anew, for review by eye and `git diff`.</summary>
internal static class Golden
{
    public static void Check(string name, string picture)
    {
        if (Environment.GetEnvironmentVariable("DEBUGRELAY_GOLDEN") == "write")
            File.WriteAllText(Path.Combine(SourceFolder(), $"{name}.txt"), picture + "\n");
        string file = Path.Combine(SourceFolder(), $"{name}.txt");
        Assert.True(File.Exists(file), $"the golden picture {name}.txt is missing; what was drawn:\n{picture}");
        Assert.Equal(File.ReadAllText(file).TrimEnd('\n'), picture.TrimEnd('\n'), ignoreLineEndingDifferences: true);
    }

    public static string Folder => SourceFolder();

    private static string SourceFolder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "Golden"));
}
