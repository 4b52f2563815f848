using System.Globalization;
using DebugRelay.Recording;
using Xunit;

namespace DebugRelay.Tests.Recording;

public sealed class StateFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Format => Path.Combine(_folder.Path, "format");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_without_a_version_gets_this_builds_and_is_used_again()
    {
        StateFormat.Claim(_folder.Path);
        Assert.Equal($"{StateFormat.Version}\n", File.ReadAllText(Format));
        StateFormat.Claim(_folder.Path);
    }

    [Fact]
    public void A_later_version_is_left_as_it_is()
    {
        string later = (StateFormat.Version + 1).ToString(CultureInfo.InvariantCulture);
        File.WriteAllText(Format, later);
        Assert.Contains("later version", Assert.Throws<StateException>(() => StateFormat.Claim(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Equal(later, File.ReadAllText(Format));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("one")]
    public void What_is_no_version_is_not_taken_for_one(string damaged)
    {
        File.WriteAllText(Format, damaged);
        Assert.Contains("damaged", Assert.Throws<StateException>(() => StateFormat.Claim(_folder.Path)).Message, StringComparison.Ordinal);
    }
}
