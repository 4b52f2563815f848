using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using Xunit;

namespace DebugRelay.Tests.Cli;

public class DurationsTests
{
    [Theory]
    [InlineData("1", 1)]
    [InlineData("90", 90)]
    [InlineData("30s", 30)]
    [InlineData("10m", 600)]
    [InlineData("12h", 43_200)]
    [InlineData("00:01:30", 90)]
    [InlineData("25:00:00", 90_000)]
    [InlineData("1:02:03:04", 93_784)]
    public void Reads_every_form(string text, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Durations.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("s")]
    [InlineData("10 m")]
    [InlineData("10d")]
    [InlineData("1:30")]
    [InlineData("00:60:00")]
    [InlineData("00:00:60")]
    [InlineData("1:24:00:00")]
    [InlineData("0:00:00:00")]
    [InlineData("99999999999999999999")]
    [InlineData("9223372036854775807h")]
    [InlineData("9223372036854775807:00:00:00")]
    public void Refuses_what_is_none(string text)
    {
        UsageException refusal = Assert.Throws<UsageException>(() => Durations.Parse(text));
        Assert.Contains(Durations.Form, refusal.ToDo, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, "5 s")]
    [InlineData(125, "2 min")]
    [InlineData(3_900, "1 h 05 min")]
    [InlineData(100_800, "1 d 04 h")]
    public void Shows_them_short(int seconds, string shown) => Assert.Equal(shown, Durations.Show(TimeSpan.FromSeconds(seconds)));
}
