using DebugRelay.Scrubbing.Profiles;
using Xunit;

namespace DebugRelay.Tests.Scrubbing.Profiles;

public class NamePatternTests
{
    [Theory]
    [InlineData("Shop", "shop", true)]
    [InlineData("Shop*", "Shop", true)]
    [InlineData("*Shop*", "My-Shop-2", true)]
    [InlineData("S?op", "Shop", true)]
    [InlineData("S?op", "Sop", false)]
    [InlineData("*a*b", "aab-ab", true)]
    [InlineData("Arguments[].Value", "Arguments[].Value", true)]
    [InlineData("", "x", false)]
    public void Matches_whole_names_in_any_case(string pattern, string name, bool matches) => Assert.Equal(matches, new NamePattern(pattern).Matches(name));

    [Theory]
    [InlineData("*", "anything*", true)]
    [InlineData("System.*", "System.Net.*", true)]
    [InlineData("System.*", "System.", true)]
    [InlineData("System.*", "System*", false)]
    [InlineData("System.Net.*", "System.*", false)]
    [InlineData("?", "a", true)]
    [InlineData("?", "*", false)]
    [InlineData("?*", "*?", true)]
    [InlineData("*?*", "?", true)]
    [InlineData("a*c", "a*b*c", true)]
    [InlineData("a*b*c", "a*c", false)]
    [InlineData("A", "a", true)]
    public void Covers_what_has_no_name_of_its_own(string wide, string narrow, bool covers)
        => Assert.Equal(covers, new NamePattern(wide).Covers(new NamePattern(narrow)));

    [Fact]
    public void What_it_covers_it_matches()
    {
        string[] patterns = ["*", "?", "a", "ab", "a*", "*b", "a?", "?b", "a*b", "*a*", "??", "?*", "*?b"];
        string[] names = ["", "a", "b", "ab", "ba", "aab", "abb", "bab"];
        foreach (var wide in patterns.Select(p => new NamePattern(p)))
        {
            foreach (var narrow in patterns.Select(p => new NamePattern(p)).Where(wide.Covers))
            {
                Assert.All(names.Where(n => narrow.Matches(n)), n => Assert.True(wide.Matches(n), $"{wide} covers {narrow} but not {n}"));
            }
        }
    }
}
