using System.CommandLine;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.TestSupport;
using Xunit;

namespace DebugRelay.Tests.Cli.Connection;

public sealed class ConnectionOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_command_line_comes_before_the_environment_and_that_before_the_file()
    {
        Configure("""{ "host": "file", "cert": "file.crt", "key": "file.key", "ca": "file-ca.crt" }""");
        ConnectionSettings settings = Resolve("--host option --reason why", ("HOST", "variable"), ("CERT", "/variable.crt"), ("INCIDENT", "INC-1"));

        Assert.Equal("option", settings.Address.Host);
        Assert.Equal("/variable.crt", settings.CertificateFile);
        Assert.Equal(_folder.File("file.key"), settings.KeyFile);
        Assert.Equal(_folder.File("file-ca.crt"), settings.CaFile);
        Assert.Equal(("why", "INC-1"), (settings.Reason, settings.Incident));
    }

    [Fact]
    public void A_named_host_brings_what_is_its_own_and_takes_the_rest_from_above()
    {
        Configure("""
            {
              // comments are welcome
              "cert": "me.crt", "key": "me.key", "ca": "ca.crt",
              "hosts": { "pay": { "address": "pay-07.prod:9000", "ca": "prod-ca.crt" } },
            }
            """);
        ConnectionSettings settings = Resolve("--host pay");

        Assert.Equal(new AgentAddress("pay-07.prod", 9000), settings.Address);
        Assert.Equal(_folder.File("prod-ca.crt"), settings.CaFile);
        Assert.Equal(_folder.File("me.crt"), settings.CertificateFile);
    }

    [Theory]
    [InlineData("""{ "hots": "typo" }""")]
    [InlineData("""{ "hosts": { "pay": { "address": "a", "adress": "b" } } }""")]
    [InlineData("""{ "hosts": { "pay": { } } }""")]
    [InlineData("""{ "host": "a", "host": "b" }""")]
    [InlineData("not json")]
    public void A_configuration_that_is_not_understood_is_refused(string json)
    {
        Configure(json);
        UsageException refusal = Assert.Throws<UsageException>(() => Resolve("--host pay --cert c --key k --ca a"));
        Assert.Contains("config.json", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--cert c --key k --ca a", "--host")]
    [InlineData("--host h --key k --ca a", "--cert")]
    [InlineData("--host h --cert c --ca a", "--key")]
    [InlineData("--host h --cert c --key k", "--ca")]
    public void What_is_missing_is_named(string options, string missing)
        => Assert.Contains(missing, Assert.Throws<UsageException>(() => Resolve(options)).ToDo, StringComparison.Ordinal);

    private void Configure(string json) => _folder.WriteFile("config.json", json);

    private ConnectionSettings Resolve(string commandLine, params (string Name, string Value)[] variables)
    {
        var options = new ConnectionOptions();
        var command = new Command("test");
        options.AddTo(command);
        ParseResult parsed = command.Parse(commandLine);
        Assert.Empty(parsed.Errors);
        Dictionary<string, string> environment = variables.ToDictionary(variable => $"DEBUGRELAY_{variable.Name}", variable => variable.Value);
        return options.Resolve(parsed, new ClientSurroundings(environment.GetValueOrDefault, _folder.File("config.json")));
    }
}
