using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using Xunit;

namespace DebugRelay.Tests.Cli.Connection;

public class AgentAddressTests
{
    [Theory]
    [InlineData("pay-07", "pay-07", 7443)]
    [InlineData("pay-07.prod:9000", "pay-07.prod", 9000)]
    [InlineData("10.0.0.7", "10.0.0.7", 7443)]
    [InlineData("10.0.0.7:1", "10.0.0.7", 1)]
    [InlineData("::1", "::1", 7443)]
    [InlineData("[::1]", "::1", 7443)]
    [InlineData("[fe80::1]:9000", "fe80::1", 9000)]
    public void Reads_names_and_addresses(string text, string host, int port) => Assert.Equal(new AgentAddress(host, port), AgentAddress.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(":7443")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:https")]
    [InlineData("https://host")]
    [InlineData("a b")]
    public void Refuses_what_is_none(string text) => Assert.Throws<UsageException>(() => AgentAddress.Parse(text));

    [Fact]
    public void Shows_an_address_so_that_it_can_be_read_again() => Assert.Equal("[::1]:7443", AgentAddress.Parse("::1").ToString());
}
