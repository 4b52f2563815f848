using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace DebugRelay.Tests.Architecture;

/// <summary>The threat model says which test shows what: those tests exist.</summary>
public sealed partial class ThreatModelTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", ".."));

    [Fact]
    public void Every_test_that_it_names_exists()
    {
        string tests = string.Concat(Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        Match[] named = [.. TestName().Matches(File.ReadAllText(Path.Combine(Root, "docs", "threat-model.md"))).Cast<Match>()];
        Assert.True(named.Length > 30);
        Assert.All(named, name => Assert.True(Regex.IsMatch(tests, $@"\bclass {name.Groups["class"].Value}\b"), name.Value));
        Assert.All(named.Where(name => name.Groups["method"].Success), name => Assert.True(Regex.IsMatch(tests, $@"\b{name.Groups["method"].Value}\("), name.Value));
    }

    private static string Here([CallerFilePath] string here = "") => here;

    [GeneratedRegex(@"`(?<class>\w+Tests)(\.(?<method>\w+))?`")]
    private static partial Regex TestName();
}
