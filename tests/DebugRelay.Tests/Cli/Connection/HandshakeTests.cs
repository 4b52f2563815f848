using System.Security.Authentication;
using DebugRelay.Cli.Pki;
using DebugRelay.Protocol;
using DebugRelay.Tests.Cli.Support;
using Xunit;

namespace DebugRelay.Tests.Cli.Connection;

public sealed class HandshakeTests : IDisposable
{
    private const int NoConnection = 5;

    private readonly ClientUnderTest _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task An_end_before_hello_means_that_our_certificate_was_rejected()
    {
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), _ => Task.CompletedTask);
        Outcome outcome = await _client.RunAsync(agent, "whoami");

        AssertRefused(outcome, "rejected this certificate", "nothing is wrong with it from here");
    }

    [Theory]
    [InlineData("expired", "expired at")]
    [InlineData("agent", "not issued for client authentication")]
    [InlineData("stranger", "not issued by --ca")]
    public async Task What_is_wrong_with_our_certificate_is_said_as_far_as_it_can_be_seen_here(string certificate, string diagnosis)
    {
        var threeDaysAgo = new ShiftedTime(TimeSpan.FromDays(-3));
        new DevelopmentAuthority(_client.File("old"), threeDaysAgo).Init();
        new DevelopmentAuthority(_client.File("old"), threeDaysAgo).Issue(new CertificateOrder { Name = "expired", Identity = "email:a@example.com" });
        new DevelopmentAuthority(_client.File("other"), TimeProvider.System).Init();
        new DevelopmentAuthority(_client.File("other"), TimeProvider.System).Issue(new CertificateOrder { Name = "stranger", Identity = "email:a@example.com" });
        string folder = certificate switch { "expired" => "old", "stranger" => "other", _ => "pki" };

        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), _ => Task.CompletedTask);
        string ca = _client.Pki("ca.crt");
        if (certificate == "expired")
        {
            // Both authorities are trusted: then time is all that is wrong.
            ca = _client.File("both.crt");
            File.WriteAllText(ca, File.ReadAllText(_client.Pki("ca.crt")) + "\n" + File.ReadAllText(_client.File("old/ca.crt")));
        }
        Outcome outcome = await _client.RunAsync(
            agent, "whoami", "--cert", _client.File($"{folder}/{certificate}.crt"), "--key", _client.File($"{folder}/{certificate}.key"), "--ca", ca);

        AssertRefused(outcome, "rejected this certificate", diagnosis);
    }

    [Fact]
    public async Task Another_protocol_in_the_handshake_is_no_agent()
    {
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), c => c.HelloAsync(), alpn: "h2");
        AssertRefused(await _client.RunAsync(agent, "whoami"), "handshake", "debugrelay/1");
    }

    [Fact]
    public async Task Tls_1_2_is_not_spoken()
    {
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), c => c.HelloAsync(), SslProtocols.Tls12);
        AssertRefused(await _client.RunAsync(agent, "whoami"), "handshake", "TLS 1.3");
    }

    [Fact]
    public async Task An_agent_of_another_authority_is_not_accepted()
    {
        new DevelopmentAuthority(_client.File("other"), TimeProvider.System).Init();
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), c => c.HelloAsync());
        Outcome outcome = await _client.RunAsync(agent, "whoami", "--ca", _client.File("other/ca.crt"));

        AssertRefused(outcome, "issued by none of the trusted authorities", "--ca");
    }

    [Theory]
    [InlineData("elsewhere", "does not bear the name 127.0.0.1")]
    [InlineData("alice", "not issued for server authentication")]
    public async Task An_agent_with_another_name_or_with_a_clients_certificate_is_not_accepted(string certificate, string fault)
    {
        _client.Issue(new CertificateOrder { Name = "elsewhere", ServerNames = ["elsewhere.example"] });
        await using FakeAgent agent = FakeAgent.Start(_client.Load(certificate), c => c.HelloAsync());

        AssertRefused(await _client.RunAsync(agent, "whoami"), fault, "--host");
    }

    [Fact]
    public async Task Garbage_is_no_agent()
    {
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), c => c.WriteRawAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray()));
        AssertRefused(await _client.RunAsync(agent, "whoami"), "cannot be used", "versions");
    }

    [Fact]
    public async Task Another_version_of_the_protocol_is_said()
    {
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), c => c.HelloAsync(protocol: 2));
        AssertRefused(await _client.RunAsync(agent, "whoami"), "version 2", "versions");
    }

    [Fact]
    public async Task A_refusal_in_place_of_hello_is_told_as_the_agent_says_it()
    {
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), c => c.RefuseAsync(ErrorCode.LimitReached, "too many connections"));
        Outcome outcome = await _client.RunAsync(agent, "whoami");

        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("too many connections", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_is_said()
    {
        string address;
        await using (FakeAgent agent = FakeAgent.Start(_client.Load("agent"), _ => Task.CompletedTask))
            address = agent.Address;
        Outcome outcome = await _client.RunAsync("whoami", "--host", address, "--cert", _client.Pki("alice.crt"), "--key", _client.Pki("alice.key"), "--ca", _client.Pki("ca.crt"));

        AssertRefused(outcome, "no connection to 127.0.0.1", "running");
    }

    private static void AssertRefused(Outcome outcome, string what, string toDo)
    {
        Assert.Equal(NoConnection, outcome.ExitCode);
        string[] lines = outcome.Error.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("error: ", lines[0], StringComparison.Ordinal);
        Assert.Contains(what, lines[0], StringComparison.Ordinal);
        Assert.Contains(toDo, lines[1], StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
    }

    private sealed class ShiftedTime(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
    }
}
