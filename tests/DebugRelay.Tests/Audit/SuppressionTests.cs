using DebugRelay.Audit;
using DebugRelay.Audit.Suppressions;
using Xunit;

namespace DebugRelay.Tests.Audit;

/// <summary>What is accepted is accepted by somebody, for a reason, until a day.</summary>
public class SuppressionTests
{
    private static readonly DateOnly Today = new(2026, 6, 1);

    [Fact]
    public void A_whole_comment_accepts_the_finding_on_its_line_or_the_next()
    {
        AuditResult result = Audit("# debugrelay:ignore DBG201 owner=alice until=2026-08-01 reason=\"staging only\"\nENV ASPNETCORE_ENVIRONMENT=Development");
        Assert.DoesNotContain(result.Open, f => f.Surface.Rule.Id == "DBG201");
        AuditFinding accepted = Assert.Single(result.Findings, f => f.Suppression is not null);
        Assert.Equal(("alice", "staging only"), (accepted.Suppression!.Owner, accepted.Suppression.Reason));
    }

    [Theory]
    [InlineData("until=2026-08-01 reason=x", "DBG002")]
    [InlineData("owner=a until=2026-08-01", "DBG002")]
    [InlineData("owner=a reason=x", "DBG002")]
    [InlineData("owner=a reason=x until=2027-06-01", "DBG002")]
    [InlineData("owner=a reason=x until=soon", "DBG002")]
    [InlineData("owner=a reason=x until=2026-05-31", "DBG001")]
    public void A_comment_that_does_not_hold_accepts_nothing_and_is_a_finding(string fields, string rule)
    {
        AuditResult result = Audit($"# debugrelay:ignore DBG201 {fields}\nENV ASPNETCORE_ENVIRONMENT=Development");
        Assert.Contains(result.Open, f => f.Surface.Rule.Id == "DBG201");
        Assert.Contains(result.Open, f => f.Surface.Rule.Id == rule && f.Surface.Place.Line == 2);
    }

    [Fact]
    public void The_last_day_still_holds_and_a_near_end_is_noted()
    {
        AuditResult result = Audit("# debugrelay:ignore DBG201 owner=a reason=x until=2026-06-01\nENV ASPNETCORE_ENVIRONMENT=Development");
        Assert.DoesNotContain(result.Open, f => f.Surface.Rule.Id == "DBG201");
        Assert.Equal(DebugRelay.Surfaces.Catalogue.Severity.Note, Assert.Single(result.Open, f => f.Surface.Rule.Id == "DBG001").Surface.Severity);
    }

    [Fact]
    public void A_comment_that_matches_nothing_is_a_finding()
        => Assert.Contains(Audit("# debugrelay:ignore DBG201 owner=a reason=x until=2026-08-01\nENV A=B").Open, f => f.Surface.Rule.Id == "DBG003");

    [Fact]
    public void A_baseline_accepts_what_it_was_written_for_while_lines_move_and_nothing_else()
    {
        using var folder = new AuditFolder();
        folder.Add("Dockerfile", RuntimeExamples.Image("ENV ASPNETCORE_ENVIRONMENT=Development"));
        folder.Add("baseline.json", Baseline.Write(folder.Run(At()).Open, "team", "before 2.0", Today.AddDays(30)));
        AuditOptions options = At() with { Baseline = Baseline.Load(Path.Combine(folder.Path, "baseline.json")) };
        Assert.Empty(folder.Run(options).Open);

        folder.Add("Dockerfile", "# moved\n\n" + RuntimeExamples.Image("ENV ASPNETCORE_ENVIRONMENT=Development\nENV DOTNET_DbgEnableMiniDump=1"));
        Assert.Equal("DBG111", Assert.Single(folder.Run(options).Open).Surface.Rule.Id);

        folder.Add("Dockerfile", "FROM scratch\n");
        Assert.All(folder.Run(options).Open, f => Assert.Equal("DBG003", f.Surface.Rule.Id));
        Assert.Equal(2, folder.Run(options).Open.Count());
        Assert.Equal(2, folder.Run(options with { Today = Today.AddDays(31) }).Open.Count(f => f.Surface.Rule.Id == "DBG001"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{ \"version\": 2, \"suppressions\": [] }")]
    [InlineData("{ \"version\": 1, \"suppressions\": [], \"ignoreAll\": true }")]
    [InlineData("{ \"version\": 1, \"suppressions\": [ { \"rule\": \"DBG201\" } ] }")]
    [InlineData("not json")]
    public void A_broken_baseline_is_refused(string text)
    {
        using var folder = new AuditFolder();
        folder.Add("b.json", text);
        Assert.Throws<AuditException>(() => Baseline.Load(Path.Combine(folder.Path, "b.json")));
    }

    private static AuditOptions At() => new() { Today = Today };

    private static AuditResult Audit(string lines)
    {
        using var folder = new AuditFolder();
        return folder.Add("Dockerfile", "FROM mcr.example/x\n" + lines + "\n").Run(At());
    }
}
