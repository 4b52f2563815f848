using DebugRelay.Scrubbing;
using Xunit;

namespace DebugRelay.Tests.Scrubbing;

public class CommandLineScrubberTests
{
    [Theory]
    [InlineData("app --password hunter2 -v", "app --password [generic-secret] -v")]
    [InlineData("app --token=abc", "app --token=[generic-secret]")]
    [InlineData("app /p:hunter2 /p:Configuration=Release", "app /p:[generic-secret] /p:Configuration=Release")]
    [InlineData("app -ApiKey \"a b\" x", "app -ApiKey \"[generic-secret]\" x")]
    [InlineData("curl -u alice:pw https://x", "curl -u [basic-auth] https://x")]
    [InlineData("app --user alice@example.com", "app --user [email]")]
    [InlineData("app --ConnectionStrings:Db=Server=x;Password=y;A=b", "app --ConnectionStrings:Db=Server=x;Password=[connection-string];A=b")]
    [InlineData("shop.dll --payment-key=abcdef0123456789 --rate 40", "shop.dll --payment-key=[generic-secret] --rate 40")]
    [InlineData("shop.dll --customer \"Erika Muster\"", "shop.dll --customer \"[cmdline]\"")]
    [InlineData("shop.dll --account 12345678", "shop.dll --account [cmdline]")]
    [InlineData("dotnet /app/shop.dll serve --environment Production --http_ports=8080 -v", "dotnet /app/shop.dll serve --environment Production --http_ports=8080 -v")]
    [InlineData("shop.dll --Logging:LogLevel:Default=Debug", "shop.dll --Logging:LogLevel:Default=Debug")]
    [InlineData("dotnet run --project x --urls http://localhost:5000 --token-file /run/t", "dotnet run --project x --urls http://localhost:5000 --token-file /run/t")]
    public void Masks_values_of_secret_arguments(string line, string expected)
    {
        var scrubber = new TextScrubber(ScrubProfile.Default);

        Assert.Equal(expected, CommandLineScrubber.Scrub(line, scrubber));
        Assert.Equal(line == expected ? 0 : 1, scrubber.Report().Total);
    }

    [Fact]
    public void Masks_words_and_keeps_their_number()
    {
        var words = CommandLineScrubber.Scrub(["app", "--password", "two words", "--token=abc", "alice@example.com"], new TextScrubber(ScrubProfile.Default));

        Assert.Equal(["app", "--password", "[generic-secret]", "--token=[generic-secret]", "[email]"], words);
    }
}
