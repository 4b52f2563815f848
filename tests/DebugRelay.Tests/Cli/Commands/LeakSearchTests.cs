using System.Text;
using DebugRelay.Cli.Commands.Demo;
using Xunit;

namespace DebugRelay.Tests.Cli.Commands;

public class LeakSearchTests
{
    private const string Secret = "alice+shop@example.com";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Finds_base64_at_any_alignment(int before)
    {
        string inside = $"{new string('x', before)}{Secret}yz";
        Assert.True(Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes(inside))));
    }

    [Fact]
    public void Finds_text_in_both_encodings()
    {
        Assert.True(LeakSearch.Contains(Encoding.UTF8.GetBytes($"to {Secret}."), Secret));
        Assert.True(LeakSearch.Contains(Encoding.Unicode.GetBytes($"to {Secret}."), Secret));
        Assert.True(LeakSearch.Contains([1, .. Encoding.Unicode.GetBytes(Secret)], Secret));
    }

    [Fact]
    public void Finds_percent_encoding() => Assert.True(Contains($"/login?user={Uri.EscapeDataString(Secret)}"));

    [Fact]
    public void Finds_nothing_where_nothing_is() => Assert.False(Contains("to [email], alice, shop@example.co"));

    private static bool Contains(string text) => LeakSearch.Contains(Encoding.UTF8.GetBytes(text), Secret);
}
