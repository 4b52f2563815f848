using Xunit;
using DebugRelay.Audit;
using DebugRelay.Surfaces.Catalogue;

namespace DebugRelay.Tests.Audit;

/// <summary>Every rule finds its example, and leaves the one beside it alone.</summary>
public class RuleTests
{
    private static readonly RuleExample[] Examples = [.. RuntimeExamples.All, .. FrameworkExamples.All, .. ArtefactExamples.All, .. PlatformExamples.All];

    /// <summary>Rules whose examples cannot be a text: they have tests of their own.</summary>
    private static readonly string[] Elsewhere = ["DBG001", "DBG002", "DBG003", "DBG004", "DBG308", "DBG427", "DBG428"];

    public static TheoryData<int, string> Cases => [.. Examples.Select((e, i) => new TheoryDataRow<int, string>(i, e.Rule + " " + e.File))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_bad_file_is_found_and_a_good_one_is_not(int index, string name)
    {
        _ = name;
        RuleExample example = Examples[index];
        Assert.Contains(example.Rule, Rules(example, example.File, example.Bad));
        Assert.DoesNotContain(example.Rule, Rules(example, example.GoodFile ?? example.File, example.Good));
    }

    [Fact]
    public void Every_rule_has_an_example()
        => Assert.Empty(SurfaceCatalogue.All.Select(r => r.Id).Except(Examples.Select(e => e.Rule)).Except(Elsewhere));

    [Fact]
    public void Ids_are_unique_and_texts_are_whole()
    {
        Assert.Distinct(SurfaceCatalogue.All.Select(r => r.Id));
        Assert.All(SurfaceCatalogue.All, rule =>
        {
            Assert.Matches("^DBG[0-9]{3}$", rule.Id);
            Assert.True(rule.Cwe > 0);
            Assert.EndsWith(".", rule.Why, StringComparison.Ordinal);
            Assert.False(rule.Title.EndsWith('.'));
        });
    }

    private static string[] Rules(RuleExample example, string file, string text)
    {
        using var folder = new AuditFolder();
        foreach ((string beside, string content) in example.Beside)
            folder.Add(beside, content);
        AuditResult result = folder.Add(file, text).Run(new AuditOptions { IsStrict = example.IsStrict });
        Assert.DoesNotContain(result.Findings, f => f.Surface.Rule.Id == "DBG004");
        return [.. result.Open.Select(f => f.Surface.Rule.Id)];
    }
}
