using DebugRelay.Policy.Configuration;
using Xunit;

namespace DebugRelay.Tests.Policy.Configuration;

public sealed class ExpiryTests
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(365, 357.9, false)]
    [InlineData(365, 358.1, true)]
    [InlineData(365, 400, true)]
    [InlineData(3, 1.9, false)]
    [InlineData(3, 2.1, true)]
    public void A_week_before_the_end_is_soon_or_the_last_third_of_a_short_life(double days, double passed, bool isSoon)
        => Assert.Equal(isSoon, new Expiry("x", Begin, Begin.AddDays(days)).IsSoon(Begin.AddDays(passed)));
}
