using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Proofs;
using Xunit;

namespace DebugRelay.Tests.Policy.Configuration;

/// <summary>The files of a host change under a running process.</summary>
public sealed class LiveTrustTests : IDisposable
{
    private const string Sam = "spiffe://corp.example/sec/sam";
    private const string Policy = """
        {
          "roles": { "oncall": { "members": ["spiffe://corp.example/eng/*"], "targets": [{}], "allow": ["process.list", "trace"] } },
          "denySigners": { "members": ["spiffe://corp.example/sec/*"] }
        }
        """;

    private readonly TemporaryDirectory _folder = new();
    private readonly TestAuthority _authority = TestAuthority.Create();
    private readonly SteppingClock _clock = new(TestAuthority.Now);

    public LiveTrustTests()
    {
        _folder.Write("ca.crt", _authority.Certificate.ExportCertificatePem());
        _folder.Write("policy.json", Policy);
        WriteCrl(5);
        _folder.Write("agent.json", """
            {
              "listen": ["127.0.0.1:0"], "certificate": "a.crt", "key": "a.key", "clientCa": "ca.crt", "crl": ["ca.crl"], "denyList": "deny.json", "killFile": "kill",
              "policy": "policy.json", "recordings": "r", "state": "state", "spool": "spool", "host": "h"
            }
            """);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task What_changes_is_taken_and_what_is_broken_is_not()
    {
        using LiveTrust trust = Load();
        await using var watched = new Watched(trust);

        _folder.Write("policy.json", Policy.Replace("\"trace\"", "\"counters\"", StringComparison.Ordinal));
        await watched.UntilAsync(() => trust.Current.Policy.Roles[0].Allow.Contains("counters"));
        Assert.Empty(trust.Problems);

        _folder.Write("policy.json", Policy[..^4]);
        await watched.UntilAsync(() => trust.Problems.Count == 1);
        Assert.Contains("policy.json: ", trust.Problems[0], StringComparison.Ordinal);
        Assert.Contains("counters", trust.Current.Policy.Roles[0].Allow);

        // A broken policy does not keep a revocation list out.
        WriteCrl(6);
        await watched.UntilAsync(() => trust.Current.Store.RevocationLists.Lists[0].Number == 6);
        Assert.Contains("counters", trust.Current.Policy.Roles[0].Allow);

        _folder.Write("policy.json", Policy);
        await watched.UntilAsync(() => trust.Problems.Count == 0 && trust.Current.Policy.Roles[0].Allow.Contains("trace"));
    }

    [Fact]
    public async Task The_kill_file_counts_while_it_is_there()
    {
        using LiveTrust trust = Load();
        await using var watched = new Watched(trust);

        _folder.Write("kill", "");
        await watched.UntilAsync(() => trust.Current.IsKilled);
        File.Delete(_folder.File("kill"));
        await watched.UntilAsync(() => !trust.Current.IsKilled);
    }

    [Fact]
    public async Task Whatever_bears_the_kill_files_name_counts()
    {
        using LiveTrust trust = Load();
        string kill = _folder.File("kill");
        Directory.CreateDirectory(kill);
        await using var watched = new Watched(trust);
        await watched.UntilAsync(() => trust.Current.IsKilled);
        Directory.Delete(kill);
        await watched.UntilAsync(() => !trust.Current.IsKilled);
        File.CreateSymbolicLink(kill, "/nowhere");
        await watched.UntilAsync(() => trust.Current.IsKilled);
    }

    [Fact]
    public async Task A_file_of_the_same_length_and_time_is_another_file()
    {
        DateTime time = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(_folder.File("policy.json"), time);
        using LiveTrust trust = Load();
        await using var watched = new Watched(trust);
        _folder.Write("policy.new", Policy.Replace("eng/*", "sec/*", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(_folder.File("policy.new"), time);
        File.Move(_folder.File("policy.new"), _folder.File("policy.json"), overwrite: true);
        await watched.UntilAsync(() => trust.Current.Policy.Roles[0].Members[0].Text.EndsWith("sec/*", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whom_a_list_names_he_cannot_sign_the_next()
    {
        WriteDenyList(1, Sam, $$"""{ "identity": "{{Sam}}" }""");
        using LiveTrust trust = Load();
        await using var watched = new Watched(trust);
        WriteDenyList(2, Sam, "");
        await watched.UntilAsync(() => trust.Problems.Count == 1);
        Assert.Contains($"the deny list (version 1) names {Sam}", trust.Problems[0], StringComparison.Ordinal);
        Assert.Equal(1UL, trust.Current.Deny.Version);
        WriteDenyList(2, "spiffe://corp.example/sec/sue", "");
        await watched.UntilAsync(() => trust.Current.Deny.Version == 2);
    }

    [Theory]
    [InlineData(4, "goes back from number 5 to number 4")]
    [InlineData(5, null)]
    [InlineData(6, null)]
    public void After_a_restart_an_older_revocation_list_is_refused(int number, string? problem)
    {
        Load().Dispose();
        WriteCrl(number);

        if (problem is null)
            Load().Dispose();
        else
            Assert.Contains(problem, Assert.Throws<ConfigurationException>(Load).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_of_a_file_of_lists_is_no_file_of_lists()
    {
        string pem = PemEncoding.WriteString("X509 CRL", _authority.RevocationList(TestAuthority.Now.AddDays(1), 6));
        _folder.Write("ca.crl", pem + "\n" + pem[..200]);

        Assert.Contains("it ends within a list", Assert.Throws<ConfigurationException>(Load).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_in_an_anchors_name_by_another_key_is_refused()
    {
        using TestAuthority impostor = TestAuthority.Create();
        _folder.Write("ca.crl", impostor.RevocationList(TestAuthority.Now.AddDays(1), 99));

        Assert.Contains("is not signed by that authority", Assert.Throws<ConfigurationException>(Load).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_memory_is_not_taken_for_an_empty_one()
    {
        Load().Dispose();
        File.WriteAllText(_folder.File("state/agent/revocation.json"), "{}");

        Assert.Contains("is damaged", Assert.Throws<ConfigurationException>(Load).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deny_list_holds_after_its_signers_certificate_and_never_goes_back()
    {
        WriteDenyList(3, Sam, """{ "identity": "spiffe://corp.example/eng/*" }""");
        using (LiveTrust trust = Load())
            Assert.Equal(3UL, trust.Current.Deny.Version);

        // The signer's certificate has ended; the list was accepted, and holds.
        _clock.Wall += TimeSpan.FromHours(20);
        using (LiveTrust trust = Load())
            Assert.Equal(3UL, trust.Current.Deny.Version);
        _clock.Wall -= TimeSpan.FromHours(20);

        WriteDenyList(3, Sam, """{ "identity": "spiffe://corp.example/eng/bob" }""");
        Assert.Contains("its version is still 3", Assert.Throws<ConfigurationException>(Load).Message, StringComparison.Ordinal);
        WriteDenyList(2, Sam, "");
        Assert.Contains("goes back from version 3 to 2", Assert.Throws<ConfigurationException>(Load).Message, StringComparison.Ordinal);
        File.Delete(_folder.File("deny.json"));
        Assert.Contains("is gone; version 3 was in force", Assert.Throws<ConfigurationException>(Load).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deny_list_needs_a_signer_who_may()
    {
        WriteDenyList(1, "spiffe://corp.example/eng/alice", """{ "operation": "trace" }""");
        Assert.Contains("none of the policy's \"denySigners\"", Assert.Throws<ConfigurationException>(Load).Message, StringComparison.Ordinal);

        WriteDenyList(1, Sam, """{ "operation": "trace" }""");
        string list = File.ReadAllText(_folder.File("deny.json"));
        _folder.Write("deny.json", list.Replace("trace", "counters", StringComparison.Ordinal));
        Assert.Contains("its signature does not hold", Assert.Throws<ConfigurationException>(Load).Message, StringComparison.Ordinal);

        _folder.Write("deny.json", list);
        _folder.Write("policy.json", Policy.Replace("\"denySigners\"", "\"reviewers\"", StringComparison.Ordinal));
        Assert.Contains("names no \"denySigners\"", Assert.Throws<ConfigurationException>(Load).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "identity": "spiffe://corp.example/eng/alice" }""", true)]
    [InlineData("""{ "identity": "spiffe://corp.example/eng/*" }""", true)]
    [InlineData("""{ "identity": "spiffe://corp.example/eng/bob" }""", false)]
    [InlineData("""{ "session": "SESSION" }""", true)]
    [InlineData("""{ "session": "another" }""", false)]
    [InlineData("""{ "certificate": "SHA256" }""", true)]
    [InlineData("""{ "certificate": "0000000000000000000000000000000000000000000000000000000000000000" }""", false)]
    [InlineData("""{ "serial": "SERIAL", "issuer": "CN=Test CA" }""", true)]
    [InlineData("""{ "serial": "SERIAL", "issuer": "CN=Other CA" }""", false)]
    [InlineData("""{ "grant": "SESSION" }""", false)]
    public void An_entry_ends_the_session_that_it_names(string entry, bool ended)
    {
        using X509Certificate2 alice = _authority.Issue();
        VerifiedSession session = Prove(alice, "SESSION");
        string filled = entry
            .Replace("SHA256", alice.GetCertHashString(HashAlgorithmName.SHA256), StringComparison.Ordinal)
            .Replace("SERIAL", alice.SerialNumber, StringComparison.Ordinal);
        WriteDenyList(1, Sam, filled);
        using LiveTrust trust = Load();

        Assert.Equal(ended, trust.Current.Recheck(session, trust.Now) is { IsExpiry: false });
        Assert.Equal(!ended, trust.Current.Decide(session, "trace", new() { Host = "h", Name = "P" }, trust.Now).Allowed);
    }

    [Fact]
    public void A_session_ends_with_what_it_rests_on()
    {
        using X509Certificate2 alice = _authority.Issue(until: TestAuthority.Now.AddMinutes(30));
        VerifiedSession session = Prove(alice, "SESSION");
        using LiveTrust trust = Load();

        Assert.Null(trust.Current.Recheck(session, trust.Now));
        Assert.True(trust.Current.Recheck(session, TestAuthority.Now.AddMinutes(31))!.IsExpiry);
        Assert.Contains("no role any more", (trust.Current with { Policy = DebugRelay.Policy.Rules.PolicyDocument.Empty }).Recheck(session, trust.Now)!.Reason, StringComparison.Ordinal);
        Assert.Equal(HostTrust.KillFileReason, (trust.Current with { IsKilled = true }).Recheck(session, trust.Now)!.Reason);
        _folder.Write("ca.crl", _authority.RevocationList(TestAuthority.Now.AddDays(1), 6, alice));
        using LiveTrust later = Load();
        Assert.Contains("was revoked by its authority", later.Current.Recheck(session, later.Now)!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "process.list", false)]
    [InlineData(""", "staleCrl": { "allow": ["process.list"] }""", "process.list", true)]
    [InlineData(""", "staleCrl": { "allow": ["process.list"] }""", "trace", false)]
    public void A_stale_list_stops_what_the_policy_does_not_name(string policy, string operation, bool allowed)
    {
        _folder.Write("policy.json", Policy.TrimEnd()[..^1] + policy + "}");
        using X509Certificate2 alice = _authority.Issue();
        VerifiedSession session = Prove(alice, "SESSION");
        using LiveTrust trust = Load();
        DateTimeOffset stale = TestAuthority.Now.AddMinutes(20);
        WriteCrl(5, TestAuthority.Now.AddMinutes(10));
        using LiveTrust short_ = Load();

        Assert.Equal(allowed, short_.Current.Decide(session, operation, new() { Host = "h", Name = "P" }, stale).Allowed);
        Assert.Equal(policy.Length > 0, short_.Current.CheckClient(alice, [], stale).IsValid);
        Assert.True(trust.Current.Decide(session, operation, new() { Host = "h", Name = "P" }, stale).Allowed);
    }

    [Fact]
    public void A_clock_that_is_set_back_lengthens_nothing()
    {
        var steady = new SteadyClock(_clock);
        _clock.Wall -= TimeSpan.FromHours(5);
        Assert.Equal(TestAuthority.Now, steady.GetUtcNow());
        _clock.Passed += TimeSpan.FromMinutes(10);
        Assert.Equal(TestAuthority.Now.AddMinutes(10), steady.GetUtcNow());
        _clock.Wall += TimeSpan.FromHours(8);
        Assert.Equal(TestAuthority.Now.AddHours(3).AddMinutes(10), steady.GetUtcNow());
    }

    private LiveTrust Load() => LiveTrust.Load(HostConfiguration.Load(_folder.File("agent.json")), _folder.File("state/agent"), _clock);

    private void WriteCrl(int number, DateTimeOffset? until = null) => _folder.Write("ca.crl", _authority.RevocationList(until ?? TestAuthority.Now.AddDays(2), number));

    private void WriteDenyList(int version, string signer, string entries)
    {
        byte[] list = Encoding.UTF8.GetBytes($$"""{ "purpose": "debugrelay deny list", "version": {{version}}, "entries": [{{entries}}] }""");
        using X509Certificate2 certificate = _authority.Issue(names: TestAuthority.Names(TestAuthority.Uri(signer)));
        _folder.Write("deny.p7s", DetachedSignature.Sign(list, ReadOnlyMemory<byte>.Empty, certificate, []));
        _folder.Write("deny.json", list);
    }

    private VerifiedSession Prove(X509Certificate2 certificate, string session)
    {
        using ECDsa key = EphemeralKey.NewPair();
        var statement = new SessionStatement { Host = "h", Session = session, Nonce = "n", EphemeralKey = EphemeralKey.Of(key), NotAfter = TestAuthority.Now.AddHours(10) };
        ProofResult<VerifiedSession> result = SessionProof.Create(certificate, [], statement).Verify(_authority.Trust, "h", session, "n", TestAuthority.Now);
        return result.Value ?? throw new InvalidOperationException(result.Message);
    }

    /// <summary>Watches while the test runs.</summary>
    private sealed class Watched : IAsyncDisposable
    {
        private readonly CancellationTokenSource _over = new();
        private readonly Task _watching;

        public Watched(LiveTrust trust) => _watching = trust.WatchAsync(_over.Token);

        public async Task UntilAsync(Func<bool> condition)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (!condition())
                await Task.Delay(20, limit.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            await _watching;
            _over.Dispose();
        }
    }
}
