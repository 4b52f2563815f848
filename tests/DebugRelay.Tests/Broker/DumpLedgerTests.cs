using DebugRelay.Broker.State;
using DebugRelay.Policy.Identity;
using DebugRelay.Protocol;
using DebugRelay.Recording;
using DebugRelay.Tests.Policy;
using DebugRelay.Tests.Policy.Grants;
using Xunit;

namespace DebugRelay.Tests.Broker;

/// <summary>Dumps count for a day, whatever happens to sessions, brokers and clocks meanwhile.</summary>
public sealed class DumpLedgerTests : IDisposable
{
    private static readonly PeerIdentity Alice = GrantSamples.Alice, Bob = GrantSamples.Identity("spiffe://corp.example/eng/bob");

    private readonly DebugRelay.TestSupport.TemporaryFolder _folder = new();
    private readonly SteppingClock _clock = new(TestAuthority.Now);

    [Fact]
    public void Each_counts_on_disk_before_it_is_had_and_for_its_identity_alone()
    {
        New().Take(Alice, 2);
        New().Take(Alice, 2);
        ProtocolException refused = Assert.Throws<ProtocolException>(() => New().Take(Alice, 2));
        Assert.Equal(ErrorCode.LimitReached, refused.Code);
        Assert.Contains("has had 2 dumps on this host within a day", refused.Message, StringComparison.Ordinal);
        Assert.Equal(refused.Message, New().Problem(Alice, 2));
        Assert.Null(New().Problem(Alice, 3));
        Assert.Null(New().Problem(Bob, 1));
    }

    [Fact]
    public void A_day_later_it_can_be_had_again_and_the_refusal_says_when()
    {
        New().Take(Alice, 2);
        _clock.Passed += TimeSpan.FromHours(5);
        New().Take(Alice, 2);
        Assert.Contains($"the next from {TestAuthority.Now.AddDays(1):yyyy-MM-dd HH:mm} UTC on", New().Problem(Alice, 2), StringComparison.Ordinal);
        Assert.Contains($"the next from {TestAuthority.Now.AddHours(29):yyyy-MM-dd HH:mm} UTC on", New().Problem(Alice, 1), StringComparison.Ordinal);
        _clock.Passed += TimeSpan.FromHours(19);
        Assert.Null(New().Problem(Alice, 2));
        Assert.NotNull(New().Problem(Alice, 1));
    }

    [Fact]
    public void A_clock_that_is_set_back_gives_none_back()
    {
        New().Take(Alice, 1);
        _clock.Wall -= TimeSpan.FromDays(400);
        Assert.NotNull(New().Problem(Alice, 1));
    }

    [Fact]
    public void A_role_may_allow_none() => Assert.Contains("allows no dump", New().Problem(Alice, 0), StringComparison.Ordinal);

    [Fact]
    public void What_was_not_asked_of_a_target_is_given_back_once()
    {
        DumpUse first = New().Take(Alice, 2);
        New().Take(Alice, 2);
        first.GiveBack();
        first.GiveBack();
        New().Take(Alice, 2);
        Assert.NotNull(New().Problem(Alice, 2));
    }

    [Fact]
    public void A_state_that_cannot_be_read_opens_nothing()
    {
        New().Take(Alice, 9);
        File.WriteAllText(Directory.GetFiles(_folder.File("dumps")).Single(), "{");
        Assert.Equal(ErrorCode.Internal, Assert.Throws<ProtocolException>(() => New().Problem(Alice, 9)).Code);
        Assert.Throws<ProtocolException>(() => New().Take(Alice, 9));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>As after a restart: another ledger over the same folder.</summary>
    private DumpLedger New() => new(new StateFolder(_folder.File("dumps")), _clock);
}
