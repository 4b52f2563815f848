using DebugRelay.Policy.Rules;
using Xunit;

namespace DebugRelay.Tests.Policy.Rules;

public class QuantitiesTests
{
    [Theory]
    [InlineData("90", 90)]
    [InlineData("30s", 30)]
    [InlineData("10m", 600)]
    [InlineData("12h", 43_200)]
    [InlineData("00:30:00", 1_800)]
    [InlineData("1:02:03", 3_723)]
    [InlineData("1:00:00:01", 86_401)]
    public void A_duration_is_read(string text, int seconds)
    {
        Assert.True(Quantities.TryParseDuration(text, out TimeSpan duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("+5")]
    [InlineData("5 m")]
    [InlineData("1.5h")]
    [InlineData("5d")]
    [InlineData("5M")]
    [InlineData("s")]
    [InlineData("10:00")]
    [InlineData("00:60:00")]
    [InlineData("00:00:60")]
    [InlineData("1:24:00:00")]
    [InlineData("0:0:0")]
    [InlineData("1:2:3:4:5")]
    [InlineData("00:-1:00")]
    [InlineData("٣0s")]
    [InlineData("999999999999999h")]
    [InlineData("9999999999999999999s")]
    [InlineData("999999999999999:00:00")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(Quantities.TryParseDuration(text, out _));

    [Theory]
    [InlineData("512", 512L)]
    [InlineData("2147483648", 2147483648L)]
    [InlineData("512B", 512L)]
    [InlineData("64KiB", 65_536L)]
    [InlineData("10MiB", 10_485_760L)]
    [InlineData("2GiB", 2_147_483_648L)]
    [InlineData("1TiB", 1_099_511_627_776L)]
    public void A_size_is_read(string text, long expected)
    {
        Assert.True(Quantities.TryParseSize(text, out long bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0GiB")]
    [InlineData("-1")]
    [InlineData("2GB")]
    [InlineData("2gib")]
    [InlineData("2 GiB")]
    [InlineData("GiB")]
    [InlineData("1.5GiB")]
    [InlineData("8388608TiB")]
    [InlineData("99999999999999999999")]
    public void What_is_no_size_is_refused(string text) => Assert.False(Quantities.TryParseSize(text, out _));
}
