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
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText)];
        Match[] named = [.. TestName().Matches(File.ReadAllText(Path.Combine(Root, "docs", "threat-model.md"))).Cast<Match>()];
        Assert.True(named.Length > 30);
        Assert.All(named, name => Assert.True(Array.Exists(files, file => Has(file, name.Groups["class"].Value, name.Groups["method"].Value)), name.Value));
    }

    /// <summary>In a file of that class: a test that was moved or renamed is not the one that is named. (Two classes may share a name.)</summary>
    private static bool Has(string file, string type, string method) =>
        Regex.IsMatch(file, $@"\bclass {type}\b") && (method.Length == 0 || Regex.IsMatch(file, $@"\b(void|Task) {method}\("));

    private static string Here([CallerFilePath] string here = "") => here;

    [GeneratedRegex(@"`(?<class>\w+Tests)(\.(?<method>\w+))?`")]
    private static partial Regex TestName();
}
