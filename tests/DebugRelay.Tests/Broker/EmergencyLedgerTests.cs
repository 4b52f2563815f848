using DebugRelay.Broker.State;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Recording;
using DebugRelay.Tests.Policy;
using DebugRelay.Tests.Policy.Grants;
using Xunit;

namespace DebugRelay.Tests.Broker;

/// <summary>An emergency lasts as long as it says, and the next comes when it may, whatever happens to sessions, brokers and clocks meanwhile.</summary>
public sealed class EmergencyLedgerTests : IDisposable
{
    private static readonly PeerIdentity Alice = GrantSamples.Alice, Bob = GrantSamples.Identity("spiffe://corp.example/eng/bob");
    private static readonly BreakGlassRule Rule = new(new HashSet<string> { "trace" }, TimeSpan.FromMinutes(15), TimeSpan.FromHours(24), false);

    private readonly DebugRelay.TestSupport.TemporaryFolder _folder = new();
    private readonly SteppingClock _clock = new(TestAuthority.Now);

    [Fact]
    public void It_is_one_for_all_sessions_and_is_over_when_its_time_is()
    {
        EmergencyLedger ledger = New();
        Assert.Equal(TimeSpan.FromMinutes(15), ledger.Enter(Alice, Rule, "s1"));
        _clock.Passed += TimeSpan.FromMinutes(10);
        Assert.Equal(TimeSpan.FromMinutes(5), ledger.Enter(Alice, Rule, "s2"));
        Assert.Equal(TimeSpan.FromMinutes(15), ledger.Enter(Bob, Rule, "s3"));
        _clock.Passed += TimeSpan.FromMinutes(5);
        ProtocolException over = Assert.Throws<ProtocolException>(() => ledger.Enter(Alice, Rule, "s2"));
        Assert.Equal(ErrorCode.UsedUp, over.Code);
        Assert.Contains("the emergency of session s1 is over", over.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restart_gives_no_other_and_the_next_comes_when_it_may()
    {
        New().Enter(Alice, Rule, "s1");
        _clock.Passed += TimeSpan.FromHours(23);
        Assert.Throws<ProtocolException>(() => New().Enter(Alice, Rule, "s2"));
        _clock.Passed += TimeSpan.FromHours(1);
        Assert.Equal(TimeSpan.FromMinutes(15), New().Enter(Alice, Rule, "s3"));
    }

    [Fact]
    public void A_clock_that_is_set_back_does_not_lengthen_it()
    {
        EmergencyLedger ledger = New();
        ledger.Enter(Alice, Rule, "s1");
        _clock.Passed += TimeSpan.FromMinutes(10);
        _clock.Wall -= TimeSpan.FromMinutes(9);
        Assert.Equal(TimeSpan.FromMinutes(5), ledger.Enter(Alice, Rule, "s1"));
        _clock.Passed += TimeSpan.FromMinutes(6);
        Assert.Throws<ProtocolException>(() => ledger.Enter(Alice, Rule, "s1"));
    }

    [Fact]
    public void A_record_that_cannot_be_read_opens_nothing()
    {
        New().Enter(Alice, Rule, "s1");
        File.WriteAllText(Directory.GetFiles(_folder.File("emergencies")).Single(), "");
        Assert.Equal(ErrorCode.Internal, Assert.Throws<ProtocolException>(() => New().Enter(Alice, Rule, "s2")).Code);
    }

    public void Dispose() => _folder.Dispose();

    private EmergencyLedger New() => new(new StateFolder(_folder.File("emergencies")), _clock);
}
