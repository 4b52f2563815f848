using DebugRelay.Cli.Commands.Demo;
using Xunit;

namespace DebugRelay.Tests.Cli.Commands;

public class BeforeAndAfterTests
{
    private static readonly DateTime Time = DateTime.UnixEpoch;

    [Fact]
    public void Pairs_what_differs_in_masks_alone()
    {
        BeforeAndAfter pair = Assert.Single(BeforeAndAfter.Sample(
            [Of(0, ("id", "1"), ("mail", "a@example.com")), Of(2, ("id", "2"), ("mail", "b@example.com"))],
            [Of(1, ("id", "2"), ("mail", "[email]")), Of(3, ("id", "1"), ("mail", "[email]"))],
            ["[email]"]));

        Assert.Equal([("mail", "a@example.com", "[email]")], pair.Masked);
        Assert.Equal([("id", "1")], pair.Same);
    }

    [Fact]
    public void Does_not_pair_what_is_far_apart_or_unmasked()
    {
        Assert.Empty(BeforeAndAfter.Sample([Of(0, ("mail", "a@example.com"))], [Of(100, ("mail", "[email]"))], ["[email]"]));
        Assert.Empty(BeforeAndAfter.Sample([Of(0, ("mail", "a@example.com"))], [Of(0, ("mail", "b@example.com"))], ["[email]"]));
        Assert.Empty(BeforeAndAfter.Sample([Of(0, ("mail", "a"))], [Of(0, ("mail", "a"))], ["[email]"]));
    }

    private static TracedEvent Of(int milliseconds, params (string, string)[] fields)
        => new(Time.AddMilliseconds(milliseconds), Thread: 1, "Shop", "Order", fields);
}
